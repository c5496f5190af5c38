//! From sheets to what payers' pages show. Nothing internal passes: no notes, no staff, no ids of theirs.

use books::link::Policy;
use books::money::{Currency, Money};
use engine::services::Services;
use engine::sheets::invoice::InvoiceSheet;
use engine::sheets::link::LinkSheet;
use engine::sheets::order::OrderSheet;
use engine::store::business::Business;
use engine::store::connection::Connection;
use engine::store::entry::EntryLine;
use engine::store::invoice::InvoiceLine;
use engine::store::order::OrderLine;
use engine::store::payment::Payment;
use engine::wording;
use locale::Tongue;
use processors::registry;

use super::views::documents::{DocumentPage, PublicAmendment, PublicPayment, RecentEntry, Standing};
use super::views::{HowMuch, PayBox, PayForm, Paying, UnderWay};
use crate::forms::new_key;
use crate::view::form::Field;
use crate::view::shell::{self, PayerShell};
use crate::view::{Amount, Chip, Choice, Day, Figures, LineRow, Moment};

pub fn amount(tongue: &Tongue, minor: i64, currency: Currency) -> Amount {
    Amount::by(tongue, Money::new(minor, currency))
}

/// The frame of a payer's page.
pub fn shell(business: &Business, tongue: Tongue, live: Option<String>) -> PayerShell {
    let brand = shell::Business {
        id: business.id.to_string(),
        name: business.name.clone(),
        initial: business.name.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default(),
        has_logo: business.logo.is_some(),
    };
    PayerShell {
        tongue,
        here: Some(String::new()),
        business: brand,
        contact_email: business.email.clone(),
        contact_phone: business.phone.clone(),
        live,
        notice: None,
        account: None,
    }
}

pub fn standing(balance: i64) -> Standing {
    match balance {
        ..=-1 => Standing::Owes,
        0 => Standing::Settled,
        1.. => Standing::InCredit,
    }
}

pub fn line_row(tongue: &Tongue, line: &OrderLine, currency: Currency) -> LineRow {
    LineRow {
        description: line.description.clone(),
        detail: detail(tongue, &line.quantity, line.unit.as_deref(), Money::new(line.unit_amount, currency)),
        kind: kind(tongue, &line.kind),
        tax_rate: line.tax_rate.as_ref().map(|rate| tongue.percent(rate)).unwrap_or_default(),
        gross: amount(tongue, line.gross, currency),
        removed: line.removed_by.is_some(),
    }
}

/// A line of an invoice.
pub fn invoice_line(tongue: &Tongue, line: &InvoiceLine, currency: Currency) -> LineRow {
    LineRow {
        description: line.description.clone(),
        detail: detail(tongue, &line.quantity, line.unit.as_deref(), Money::new(line.unit_amount, currency)),
        kind: kind(tongue, &line.kind),
        tax_rate: line.tax_rate.as_ref().map(|rate| tongue.percent(rate)).unwrap_or_default(),
        gross: amount(tongue, line.gross, currency),
        removed: false,
    }
}

/// `3 days × $1,180.00`; empty for a single plain amount.
fn detail(tongue: &Tongue, quantity: &str, unit: Option<&str>, price: Money) -> String {
    if quantity == "1" && unit.is_none() {
        return String::new();
    }
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{}{unit} × {}", tongue.decimal(quantity), tongue.money(price))
}

/// `Shipping`, `Discount`; empty for an item.
fn kind(tongue: &Tongue, word: &str) -> String {
    if word == "item" { String::new() } else { Chip::by(tongue, word).text }
}

pub fn amendments(tongue: &Tongue, sheet: &OrderSheet) -> Vec<PublicAmendment> {
    let zone = sheet.business.zone();
    let of = |id| sheet.lines.iter().filter(move |line| line.added_by == Some(id));
    let shown = sheet.amendments.iter().map(|row| PublicAmendment {
        on: Day::by(tongue, row.created_at.day_in(&zone)),
        reason: wording::changed(tongue, &row.reason),
        lines: of(row.id).map(|line| line_row(tongue, line, sheet.order.currency)).collect(),
    });
    shown.filter(|row| !row.lines.is_empty()).collect()
}

/// Payments that count towards the order, oldest first.
pub fn payments(tongue: &Tongue, sheet: &OrderSheet) -> Vec<PublicPayment> {
    let zone = sheet.business.zone();
    let counted = sheet.payments.iter().rev().map(|payment| (payment, sheet.paid_by(payment.id))).filter(|(_, part)| *part > 0);
    counted
        .map(|(payment, part)| PublicPayment {
            on: Day::by(tongue, payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
            method: wording::means(tongue, payment),
            amount: amount(tongue, part, payment.currency),
            status: Chip::by(tongue, payment.state.as_str()),
            receipt: None,
        })
        .collect()
}

pub fn figures(tongue: &Tongue, sheet: &OrderSheet) -> Figures {
    let currency = sheet.order.currency;
    let figures = sheet.figures;
    let live = |line: &&OrderLine| line.removed_by.is_none() && line.tax != 0;
    let mut taxes: Vec<(String, i64)> = Vec::new();
    for line in sheet.lines.iter().filter(live) {
        let name = tongue.percent(line.tax_rate.as_deref().unwrap_or("0"));
        match taxes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, tax)) => *tax += line.tax,
            None => taxes.push((name, line.tax)),
        }
    }
    Figures {
        taxes: taxes.into_iter().map(|(name, tax)| (name, amount(tongue, tax, currency))).collect(),
        total: amount(tongue, figures.total, currency),
        fees: amount(tongue, figures.fees, currency),
        paid: amount(tongue, figures.paid, currency),
        credited: amount(tongue, figures.credited, currency),
        written_off: amount(tongue, figures.written_off, currency),
        due: amount(tongue, figures.amount_due, currency),
        draft: false,
    }
}

pub fn recent(tongue: &Tongue, line: &EntryLine) -> RecentEntry {
    let status = books::entry::entry_status(line.side, line.amount, line.allocated, line.reversed_by.is_some());
    let signed = if line.side == books::entry::Side::Charge { -line.amount } else { line.amount };
    RecentEntry {
        description: wording::entry(tongue, line.kind, &line.description),
        on: Day::by(tongue, line.effective_on),
        amount: amount(tongue, signed, line.currency),
        status: Some(Chip::by(tongue, status.as_str())),
        href: None,
    }
}

/// What is asked for on a page, and what decides whether it can be paid there.
pub struct Asking<'a> {
    pub business: &'a Business,
    pub connections: &'a [Connection],
    pub currency: Currency,
    /// At least 0.
    pub due: i64,
    /// Free credit, where the page is about the whole account and nothing is due.
    pub credit: i64,
    pub can_pay: bool,
    /// It was asked for by mail: a processor that can be paid by request goes first.
    pub by_request: bool,
    pub policy: Policy,
    /// A payment of it that is under way.
    pub pending: Option<&'a Payment>,
}

impl<'a> Asking<'a> {
    fn of(sheet: &'a LinkSheet) -> Asking<'a> {
        Asking {
            business: &sheet.business,
            connections: &sheet.connections,
            currency: sheet.link.currency,
            due: sheet.amount_due(),
            credit: if sheet.scope.is_account() { sheet.balance.max(0) } else { 0 },
            can_pay: sheet.link.can_pay,
            by_request: sheet.link.request_id.is_some(),
            policy: policy_of(sheet),
            pending: sheet.under_way.iter().find(|payment| is_under_way(payment, sheet)),
        }
    }
}

impl<'a> Asking<'a> {
    /// An order by itself, in the portal.
    pub fn of_order(sheet: &'a OrderSheet) -> Asking<'a> {
        let mine = |payment: &&Payment| payment.order_id == Some(sheet.order.id) && is_open(payment);
        Asking {
            business: &sheet.business,
            connections: &sheet.connections,
            currency: sheet.order.currency,
            due: sheet.figures.amount_due,
            credit: 0,
            can_pay: true,
            by_request: false,
            policy: Policy::Full,
            pending: sheet.payments.iter().find(mine),
        }
    }
}

/// The page of an order or application, wherever it is shown. `message`: what staff wrote with it.
pub fn document_page(sheet: &OrderSheet, shell: PayerShell, base: String, message: String, paybox: PayBox) -> DocumentPage {
    let currency = sheet.order.currency;
    let tongue = &shell.tongue.clone();
    let first = sheet.lines.iter().filter(|line| line.added_by.is_none());
    DocumentPage {
        shell,
        base,
        name: wording::order(tongue, &sheet.order),
        customer: sheet.customer.name.clone(),
        dated: Day::by(tongue, sheet.order.created_at.day_in(&sheet.business.zone())),
        state: Chip::by(tongue, sheet.payment_state().as_str()),
        message,
        lines: first.map(|line| line_row(tongue, line, currency)).collect(),
        amendments: amendments(tongue, sheet),
        payments: payments(tongue, sheet),
        figures: figures(tongue, sheet),
        paybox,
    }
}

/// The page of an invoice: as it was issued, with how it stands now.
pub fn invoice_page(sheet: &InvoiceSheet, shell: PayerShell, base: String, message: String, paybox: PayBox) -> DocumentPage {
    let currency = sheet.invoice.currency;
    let zone = sheet.business.zone();
    let tongue = &shell.tongue.clone();
    let money = |minor| amount(tongue, minor, currency);
    let counted = sheet.payments.iter().rev().map(|payment| (payment, sheet.paid_by(payment.id))).filter(|(_, part)| *part > 0);
    let figures = sheet.figures;
    let taxes = sheet.taxes().into_iter().filter(|sum| sum.tax != 0);
    DocumentPage {
        shell,
        base,
        name: wording::invoice(tongue, &sheet.invoice),
        customer: sheet.customer.name.clone(),
        dated: sheet.invoice.issued_on.map_or_else(|| Day::by(tongue, sheet.today()), |day| Day::by(tongue, day)),
        state: Chip::by(tongue, if sheet.overdue() { "overdue" } else { sheet.state().as_str() }),
        message,
        lines: sheet.lines.iter().map(|line| invoice_line(tongue, line, currency)).collect(),
        amendments: Vec::new(),
        payments: counted
            .map(|(payment, part)| PublicPayment {
                on: Day::by(tongue, payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
                method: wording::means(tongue, payment),
                amount: money(part),
                status: Chip::by(tongue, payment.state.as_str()),
                receipt: None,
            })
            .collect(),
        figures: Figures {
            taxes: taxes.map(|sum| (tongue.percent(&sum.rate.to_string()), money(sum.tax))).collect(),
            total: money(figures.total),
            fees: money(figures.fees),
            paid: money(figures.paid),
            credited: money(figures.credited),
            written_off: money(figures.written_off),
            due: money(figures.amount_due),
            draft: false,
        },
        paybox,
    }
}

/// What a payer may do about the amount of a link. `refused`: why the last try did not go through.
pub fn paybox(services: &Services, tongue: &Tongue, sheet: &LinkSheet, base: &str, refused: Option<String>) -> PayBox {
    paybox_for(services, tongue, &Asking::of(sheet), base, refused)
}

/// What a payer may do about what is asked for. The form is posted to `base` and `/pay`.
pub fn paybox_for(services: &Services, tongue: &Tongue, asking: &Asking<'_>, base: &str, refused: Option<String>) -> PayBox {
    let Asking { currency, due, .. } = *asking;
    let zone = asking.business.zone();
    let paying = if let Some(payment) = asking.pending {
        Paying::UnderWay(UnderWay {
            amount: amount(tongue, payment.amount, currency),
            since: Moment::by(tongue, payment.updated_at, &zone),
            unknown: payment.state == books::payment::PaymentState::Unknown,
            note: tongue.say("debits-take-days").to_string(),
        })
    } else if due == 0 && asking.credit > 0 {
        Paying::InCredit(amount(tongue, asking.credit, currency))
    } else if due == 0 {
        Paying::Settled { on: None, receipt: None }
    } else if !asking.can_pay {
        Paying::NotHere { why: tongue.say("shows-balance").to_string() }
    } else {
        match online(services, tongue, asking.business, asking.connections, asking.by_request) {
            Some(assurance) => Paying::Pay(PayForm {
                action: format!("{base}/pay"),
                key: new_key(),
                amount: amount(tongue, due, currency),
                how_much: how_much(tongue, &asking.policy, due, currency),
                may_keep: may_keep(services, tongue, asking),
                keep: false,
                assurance,
                refused,
            }),
            None => Paying::NotHere { why: not_payable(tongue, asking.business) },
        }
    };
    PayBox { tongue: tongue.clone(), paying }
}

/// That a business cannot be paid online at present.
pub fn not_payable(tongue: &Tongue, business: &Business) -> String {
    tongue.say("not-payable").with("business", &business.name).to_string()
}

fn is_under_way(payment: &Payment, sheet: &LinkSheet) -> bool {
    let meant = match sheet.link.purpose.as_str() {
        "selection" => sheet.chosen.iter().any(|charge| charge.reserved > 0),
        _ if sheet.invoice.is_some() => sheet.invoice.as_ref().is_some_and(|invoice| invoice.reserved() > 0),
        _ => concerns(payment, sheet.link.order_id),
    };
    meant && is_open(payment)
}

/// Whether a payment may be for an order (none: for the account).
pub fn concerns(payment: &Payment, order: Option<books::ids::OrderId>) -> bool {
    order.is_none() || payment.order_id.is_none() || payment.order_id == order
}

/// Money is on its way, or nobody knows yet.
pub fn is_open(payment: &Payment) -> bool {
    use books::payment::PaymentState as P;
    matches!(payment.state, P::Pending | P::Unknown | P::Authorized)
}

/// Who takes the payer's card now, as a sentence; none: no processor is live on whose page or in whose fields a payer can pay.
pub fn online(
    services: &Services,
    tongue: &Tongue,
    business: &Business,
    connections: &[Connection],
    by_request: bool,
) -> Option<String> {
    let connection = services.connections.for_payers(connections, &business.name, by_request)?;
    let kind = registry::find(&connection.kind)?;
    let here = services.connections.pays_in_fields(connection, &business.name);
    Some(tongue.say(if here { "secure-fields" } else { "secure-page" }).with("processor", kind.title).to_string())
}

/// What the payer is told about having the card kept; none where the processor keeps none.
fn may_keep(services: &Services, tongue: &Tongue, asking: &Asking<'_>) -> Option<String> {
    let (connections, name) = (&services.connections, &asking.business.name);
    let connection = connections.for_payers(asking.connections, name, asking.by_request)?;
    connections.keeps_while_paying(connection, name).then(|| tongue.say("keep-card-text").with("business", name).to_string())
}

/// What the link lets the payer choose. A link whose policy cannot be read takes the whole amount only, as its flow does.
fn policy_of(sheet: &LinkSheet) -> Policy {
    engine::flows::start_checkout::policy(&sheet.link).unwrap_or(Policy::Full)
}

fn how_much(tongue: &Tongue, policy: &Policy, due: i64, currency: Currency) -> HowMuch {
    let due = Money::new(due, currency);
    match policy {
        Policy::Minimum(least) => {
            let least = amount(tongue, (*least).min(due.minor), currency);
            HowMuch::Typed {
                field: Field::of(tongue.decimal(&due.to_decimal())),
                hint: tongue.say("at-least").with("amount", least.text).to_string(),
                currency: currency.code(),
            }
        }
        Policy::Any => HowMuch::Typed {
            field: Field::of(tongue.decimal(&due.to_decimal())),
            hint: tongue.say("up-to").with("amount", tongue.money(due)).to_string(),
            currency: currency.code(),
        },
        Policy::Steps(steps) => {
            let whole =
                Choice::new(due.to_decimal(), tongue.say("all-that-is-due").with("amount", tongue.money(due)).to_string(), true);
            let parts = steps.iter().filter(|step| **step < due.minor).map(|step| {
                let part = Money::new(*step, currency);
                Choice::new(part.to_decimal(), tongue.money(part), false)
            });
            HowMuch::Steps(std::iter::once(whole).chain(parts).collect())
        }
        Policy::Full => HowMuch::Full,
    }
}
