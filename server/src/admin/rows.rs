//! Rows that several staff pages share: from what the engine reads to what a list prints.
//!
//! Invariant: every figure comes as it was read; nothing is computed here.

use std::borrow::Cow;

use books::entry::{EntryKind, Side, entry_status};
use books::figures::Figures;
use books::invoice::InvoiceState;
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use books::payment::PaymentState;
use engine::sheets::payment::means;
use engine::sheets::{customer_list, invoice_list, order_list};
use engine::store::entry::EntryLine;
use engine::store::payment::{self, Payment};
use engine::store::request::Request;
use engine::wording::ending;
use locale::Tongue;

use super::desk::Desk;
use super::views::customers::{CustomerRow, EntryRow};
use super::views::documents::{DocumentRow, PaymentRow, RequestRow};
use super::words::{self, Names};
use crate::app::App;
use crate::forms::new_key;
use crate::view::{Action, Chip, Day, Link, Refused, Tone, Way, capitalized};

/// The standing of a balance, as a chip.
pub fn standing(balance: i64, overdue: i64) -> Chip {
    match balance {
        ..=-1 if overdue > 0 => Chip::new(Tone::Bad, "Overdue"),
        ..=-1 => Chip::new(Tone::Warn, "Owes"),
        0 => Chip::new(Tone::Plain, "Paid in full"),
        1.. => Chip::new(Tone::Ok, "In credit"),
    }
}

pub fn customer(desk: &Desk, listed: &customer_list::Listed) -> CustomerRow {
    let line = &listed.line;
    let detail = [&line.email, &line.phone, &line.reference].into_iter().flatten().next().cloned();
    CustomerRow {
        id: line.id.to_string(),
        name: line.name.clone(),
        detail: detail.unwrap_or_default(),
        standing: standing(line.balance, listed.overdue),
        balance: desk.amount(line.balance, line.currency),
        others: listed.others.iter().map(|row| desk.amount(row.balance, row.currency)).collect(),
        overdue: desk.amount(listed.overdue, line.currency),
        last_activity: Some(desk.day(line.active_at)),
    }
}

/// What an order or application is called; a draft has no number.
pub fn order_name(kind: OrderKind, number: Option<&str>) -> String {
    let noun = noun(kind);
    number.map_or_else(|| format!("{noun} (draft)"), |number| format!("{noun} {number}"))
}

pub fn noun(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Order => "Order",
        OrderKind::Application => "Application",
    }
}

/// The chips of an order: its state as it reads (`pending` while something is out), and its payment state. What was charged
/// nothing yet, or was ended with nothing left of it, is neither paid nor unpaid.
pub fn order_chips(reads: OrderState, stored: OrderState, figures: &Figures) -> Vec<Chip> {
    let mut chips = vec![Chip::of_state(reads.as_str())];
    if stored.is_charged() && !(stored.is_closed() && figures.total == 0) {
        chips.push(Chip::of_state(figures.payment_state().as_str()));
    }
    chips
}

pub fn order(desk: &Desk, listed: &order_list::Listed) -> DocumentRow {
    let row = &listed.row;
    let chips = order_chips(listed.state, row.state, &listed.figures);
    let lines = if listed.lines == 1 { "1 line".to_owned() } else { format!("{} lines", listed.lines) };
    DocumentRow {
        href: format!("/admin/orders/{}", row.id),
        number: row.number.clone().unwrap_or_else(|| format!("{} (draft)", noun(row.kind))),
        customer: row.customer_name.clone(),
        detail: lines,
        dated: desk.day(row.created_at),
        chips,
        total: desk.amount(listed.figures.total, row.currency),
        due: desk.amount(listed.figures.amount_due, row.currency),
    }
}

/// The chips of an invoice: its state, and that it is late.
pub fn invoice_chips(state: InvoiceState, overdue: bool) -> Vec<Chip> {
    let mut chips = vec![Chip::of_state(state.as_str())];
    if overdue {
        chips.push(Chip::of_state("overdue"));
    }
    chips
}

pub fn invoice(desk: &Desk, listed: &invoice_list::Listed) -> DocumentRow {
    let row = &listed.row;
    DocumentRow {
        href: format!("/admin/invoices/{}", row.id),
        number: row.number.clone().unwrap_or_else(|| "Draft invoice".to_owned()),
        customer: row.customer_name.clone(),
        detail: row.due_on.map(|day| format!("due {}", Day::of(day).text)).unwrap_or_default(),
        dated: row.issued_on.map_or_else(|| desk.day(row.created_at), Day::of),
        chips: invoice_chips(listed.state, listed.overdue),
        total: desk.amount(listed.figures.total, row.currency),
        due: desk.amount(listed.figures.amount_due, row.currency),
    }
}

/// The chip of a payment: what became of the money goes before how it was taken.
pub fn payment_chip(state: PaymentState, disputed: bool, returned: bool) -> Chip {
    match (disputed, returned) {
        (true, _) => Chip::of_state("disputed"),
        (_, true) => Chip::of_state("returned"),
        _ => Chip::of_state(state.as_str()),
    }
}

/// What was taken of a payment; nothing yet while it is only tried.
fn captured(state: PaymentState, amount: i64) -> i64 {
    if state == PaymentState::Succeeded { amount } else { 0 }
}

/// A row of the list of payments.
pub fn payment(desk: &Desk, row: &payment::PaymentRow) -> PaymentRow {
    let card = row.brand.as_ref().zip(row.last4.as_ref()).map(|(brand, last4)| ending(&Tongue::english(), brand, last4));
    let outside = row.external_kind.as_deref().map(|kind| {
        let words = words::method(Some(kind));
        row.reference.as_ref().map_or_else(|| words.to_owned(), |reference| format!("{words} {reference}"))
    });
    PaymentRow {
        href: format!("/admin/payments/{}", row.id),
        number: row.number.clone(),
        customer: row.customer_name.clone(),
        at: desk.moment(row.created_at),
        method: card.or(outside).unwrap_or_else(|| "Online".to_owned()),
        status: payment_chip(row.state, row.disputed, row.returned),
        transaction: String::new(),
        approval: String::new(),
        amount: desk.amount(row.amount, row.currency),
        captured: desk.amount(captured(row.state, row.amount), row.currency),
        refunded: desk.amount(row.refunded, row.currency),
        applied: desk.amount(row.amount, row.currency),
        note: row.decline_text.clone().unwrap_or_default(),
    }
}

/// A payment under a document; `counts`: what of it counts there.
pub fn payment_of(desk: &Desk, payment: &Payment, counts: i64) -> PaymentRow {
    PaymentRow {
        href: format!("/admin/payments/{}", payment.id),
        number: payment.number.clone(),
        customer: String::new(),
        at: desk.moment(payment.succeeded_at.unwrap_or(payment.created_at)),
        method: capitalized(&means(payment)),
        status: payment_chip(payment.state, payment.disputed, payment.returned),
        transaction: payment.remote_id.clone().unwrap_or_default(),
        approval: payment.approval_code.clone().unwrap_or_default(),
        amount: desk.amount(payment.amount, payment.currency),
        captured: desk.amount(captured(payment.state, payment.amount), payment.currency),
        refunded: desk.amount(payment.refunded, payment.currency),
        applied: desk.amount(counts, payment.currency),
        note: payment.decline_text.clone().unwrap_or_default(),
    }
}

/// Where staff see what the payer of a request sees, without counting as the payer.
fn preview(app: &App, request: &Request) -> String {
    format!("/p/{}", app.services.keys.link_token("request", request.link_id))
}

pub fn request(app: &App, desk: &Desk, names: &Names, request: &Request, customer: &str, document: Link) -> RequestRow {
    let act = |name, label, icon, allowed: bool, confirm| Action {
        name,
        label: Cow::Borrowed(label),
        icon,
        href: format!("/admin/requests/{}/{name}", request.id),
        way: Way::Post(new_key()),
        refused: refused(desk, (!allowed).then(|| ("NO_BALANCE", format!("This request is {}.", request.state)))),
        confirm,
    };
    let out = request.state.is_out();
    let failed = request.state == books::request::RequestState::Failed;
    RequestRow {
        id: request.id.to_string(),
        document,
        customer: customer.to_owned(),
        to: request.send_to.clone(),
        cc: request.copies(),
        amount: desk.amount(request.amount, request.currency),
        sent: desk.moment(request.sent_at),
        sent_by: names.name(&request.actor),
        opened: request.opened_at.map(|at| desk.moment(at)),
        paid: request.paid_at.map(|at| desk.moment(at)),
        status: Chip::of_state(request.state.as_str()),
        preview: out.then(|| preview(app, request)),
        actions: vec![
            act("resend", "Send again", "send", out || failed, ""),
            act("close", "Close request", "ban", out || failed, "Close this request? Its link stops working at once."),
        ],
    }
}

/// A refusal for this person: the role goes first, because no state of the books would help.
pub fn refused(desk: &Desk, otherwise: Option<(&'static str, String)>) -> Option<Refused> {
    if !desk.staff.may(engine::store::user::Role::Clerk) {
        let why = "Your role may not do this: ask an owner or manager.".to_owned();
        return Some(Refused { code: "NO_RIGHT", why });
    }
    otherwise.map(|(code, why)| Refused { code, why })
}

/// A charge or credit in a customer's history.
pub fn entry(desk: &Desk, line: &EntryLine) -> EntryRow {
    let reversed = line.reversed_by.is_some();
    let parts = [Some(words::entry_kind(line.kind).to_owned()), line.category.clone(), line.reason.clone(), line.note.clone()];
    EntryRow {
        href: format!("/admin/entries/{}", line.id),
        on: Day::of(line.effective_on),
        description: line.description.clone(),
        detail: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        icon: icon(line),
        is_credit: line.side == Side::Credit,
        amount: signed(desk, line.side, line.amount, line.currency),
        balance: desk.amount(line.balance_after, line.currency),
        status: Chip::of_state(entry_status(line.side, line.amount, line.allocated, reversed).as_str()),
    }
}

fn icon(line: &EntryLine) -> &'static str {
    match (line.kind, line.side) {
        (EntryKind::Reversal | EntryKind::CreditReversal | EntryKind::WriteOffReversal | EntryKind::Return, _) => "undo-2",
        (_, Side::Credit) => "arrow-down-left",
        (_, Side::Charge) => "file-text",
    }
}

/// An amount as a line of a ledger: a charge is below zero.
pub fn signed(desk: &Desk, side: Side, minor: i64, currency: Currency) -> crate::view::Amount {
    match side {
        Side::Charge => desk.amount(-minor, currency),
        Side::Credit => desk.amount(minor, currency),
    }
}
