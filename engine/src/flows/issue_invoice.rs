//! An invoice is issued: from a draft, or at once for the balance of an order or application; and it is sent.
//!
//! Invariants: the number is taken inside the transaction that issues, so that a refused issue takes none; what the invoice says
//! (lines, names, addresses, total) is frozen in the same transaction; free credit is applied first, as the setting says.
//! Revenue of what it bills is earned from now on.

use books::account::{Account, LineRef, NewLine, NewLines, ScratchBill, Target, When};
use books::calendar::Day;
use books::capability::{self, GenerateInvoiceFacts, IssueFacts};
use books::ids::{EntryId, InvoiceId, InvoiceLineId, OrderId};
use books::invoice::InvoiceStanding;
use books::money::Money;
use books::paper::PaperKind;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::charge_saved::{Which, chosen, live, standing};
use super::check;
use super::draft_invoice::{Texts, draft_row};
use super::posting::{Books, Touched, open_books};
use super::request_payment::{allowed, close_settled, open_of_customer};
use super::share_link::{expiry, link_row};
use crate::db::{Tx, Value, sql};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::services::Services;
use crate::sheets::billed::{Billing, billed};
use crate::store::counter::{self, NextNumber};
use crate::store::e_invoicing::{Sides, sides_of_flow};
use crate::store::invoice::{self, Frozen, Invoice, InvoiceLine};
use crate::store::link::{LIVE_OF_INVOICE, Link};
use crate::store::order::{Order, OrderLine};
use crate::store::user::Role;

sql!(
    LINES_OF_CHARGES,
    "select * from order_line where business_id = $1 and order_id {any_id:$2} and entry_id is not null order by order_id, position"
);

/// The balance of an order or application, to be billed at once.
#[derive(Debug, Clone)]
pub struct Generating {
    /// What it is for; needed.
    pub description: String,
    pub due_on: Option<Day>,
    /// Mail it.
    pub send: bool,
}

/// How a draft is issued.
#[derive(Debug, Clone, Default)]
pub struct Issuing {
    /// Mail it.
    pub send: bool,
    /// A saved method that will be charged right after, by [`super::issue_and_charge`]: it has to be one that can be.
    pub charge: Option<Which>,
}

/// Everything an issue rests on, read before the first write.
struct Ready {
    books: Books,
    invoice: Invoice,
    own: Vec<InvoiceLine>,
    charges: Vec<EntryId>,
    order_lines: Vec<OrderLine>,
    number: NextNumber,
    /// The live link of the invoice, if it has one already.
    link: Option<Link>,
    sides: Sides,
}

/// What an issue came to.
struct Issued {
    account: Account,
    invoice: Invoice,
}

/// Issues a draft, and mails it if wanted. Refuses NOT_DRAFT, MISSING_BILLING_DETAILS, with `charge` NO_SAVED_METHOD,
/// METHOD_EXPIRED and NO_PROCESSOR, and with `send` NO_CONTACT. Idempotent by key.
pub async fn issue_invoice(services: &Services, call: &Call, id: InvoiceId, how: Issuing) -> Result<Done<InvoiceId>> {
    let send = how.send;
    let (by, keys) = (call.clone(), services.keys.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let touched = Touched { invoices: vec![id], ..Touched::default() };
            let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
            let invoice = tx.lock::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let own = invoice::lines_of_flow(tx, id).await?;
            let charges = claimed_by(&books.account, id);
            let draft = invoice.standing == InvoiceStanding::Draft;
            let missing = missing(&own, &charges, &books.account);
            let method = match how.charge {
                Some(which) => chosen(tx, seen.customer_id, which).await?,
                None => None,
            };
            let facts = IssueFacts { draft, missing, method: standing(method.as_ref(), books.business.today(tx.now())) };
            allowed(match how.charge {
                None => capability::issue(&facts),
                Some(_) => capability::issue_and_charge(&facts),
            })?;
            if let Some(method) = method {
                by.actor.must(Role::Clerk, "payments")?;
                live(tx, method.connection_id).await?;
            }
            if send {
                allowed(capability::send(InvoiceStanding::Issued, books.customer.email.is_some()))?;
            }
            let requests = open_of_customer(tx, seen.customer_id).await?;
            let ready = ready(tx, books, invoice, own, charges).await?;
            let event = event_id(tx);
            let link = prepared_link(tx, &keys, &ready, &by, send)?;
            let Issued { account, invoice } = issue(tx, &by, event, ready)?;
            tx.set(&sent_now(invoice.clone(), send, tx.now()));
            if let Some(link) = link {
                tx.insert(&link);
            }
            close_settled(tx, requests, &account, None);
            announce(tx, &by, &invoice, send, event);
            Ok(Done::now(id))
        })
        .await
}

/// Bills what an order or application has open and on no invoice, in one step. Refuses STILL_PENDING, NO_BALANCE,
/// ALREADY_INVOICED, and with `send` NO_CONTACT. Idempotent by key.
pub async fn generate_invoice(
    services: &Services,
    call: &Call,
    order: OrderId,
    generating: Generating,
) -> Result<Done<InvoiceId>> {
    let description = check::description("description", &generating.description)?;
    let (by, keys) = (call.clone(), services.keys.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Order>(&[&by.business, &order]).await?.ok_or(Error::NotFound)?;
            let touched = Touched { orders: vec![order], ..Touched::default() };
            let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
            let seen = tx.lock::<Order>(&[&by.business, &order]).await?.ok_or(Error::NotFound)?;
            let charges = books.account.billable(order);
            let facts = GenerateInvoiceFacts {
                kind: seen.kind,
                state: seen.state,
                due: Money::new(books.account.due(Target::Order(order)), seen.currency),
                billable: !charges.is_empty(),
            };
            allowed(capability::generate_invoice(&facts))?;
            if generating.send {
                allowed(capability::send(InvoiceStanding::Issued, books.customer.email.is_some()))?;
            }
            let texts = Texts { description: Some(description.clone()), due_on: generating.due_on, terms: None, notes: None };
            let mut invoice = draft_row(tx, &by, seen.customer_id, seen.currency, &texts);
            invoice.order_id = Some(order);
            let requests = open_of_customer(tx, seen.customer_id).await?;
            let ready = ready(tx, books, invoice, Vec::new(), charges).await?;
            let event = event_id(tx);
            let link = prepared_link(tx, &keys, &ready, &by, generating.send)?;
            let Issued { account, invoice } = issue(tx, &by, event, ready)?;
            tx.insert(&sent_now(invoice.clone(), generating.send, tx.now()));
            if let Some(link) = link {
                tx.insert(&link);
            }
            close_settled(tx, requests, &account, None);
            announce(tx, &by, &invoice, generating.send, event);
            Ok(Done::now(invoice.id))
        })
        .await
}

/// The charges that a draft has claimed, in posting order.
fn claimed_by(account: &Account, invoice: InvoiceId) -> Vec<EntryId> {
    let on_it = |item: &&books::account::Item| item.state.cover.as_ref().is_some_and(|cover| cover.invoice == invoice);
    account.items().iter().filter(on_it).map(|item| item.entry.id).collect()
}

/// The first billing detail that is not there yet, in words.
fn missing(own: &[InvoiceLine], charges: &[EntryId], account: &Account) -> Option<&'static str> {
    let gross: i64 = own.iter().map(|line| line.gross).sum();
    let left = |charge: &EntryId| account.left_of(*charge).is_ok_and(|(gross, _)| gross > 0);
    if own.is_empty() && !charges.iter().any(left) {
        return Some("at least one line");
    }
    (!own.is_empty() && gross <= 0).then_some("lines that come to more than zero")
}

/// Reads what is left to be read.
async fn ready(tx: &mut Tx<'_>, books: Books, invoice: Invoice, own: Vec<InvoiceLine>, charges: Vec<EntryId>) -> Result<Ready> {
    let business = tx.business();
    let mut orders: Vec<OrderId> =
        charges.iter().filter_map(|charge| books.account.item(*charge)).filter_map(|item| item.entry.order).collect();
    orders.sort_unstable();
    orders.dedup();
    let order_lines =
        if orders.is_empty() { Vec::new() } else { tx.query(&LINES_OF_CHARGES, &[&business, &Value::ids(orders)]).await? };
    let number = counter::next(tx, "INV", books.business.today(tx.now())).await?;
    let link = tx.query_opt::<Link>(&LIVE_OF_INVOICE, &[&business, &invoice.id, &tx.now()]).await?;
    let sides = sides_of_flow(tx, invoice.customer_id).await?;
    Ok(Ready { books, invoice, own, charges, order_lines, number, link, sides })
}

/// The link that the mail will lead to, where there is none yet.
fn prepared_link(tx: &mut Tx<'_>, keys: &Keys, ready: &Ready, by: &Call, send: bool) -> Result<Option<Link>> {
    if !send || ready.link.is_some() {
        return Ok(None);
    }
    fresh_link(tx, keys, &ready.books, &ready.invoice, by).map(Some)
}

fn fresh_link(tx: &mut Tx<'_>, keys: &Keys, books: &Books, invoice: &Invoice, by: &Call) -> Result<Link> {
    let expires_at = expiry(&books.business, tx.now(), None)?;
    let mut link = link_row(tx, keys, "invoice", invoice.customer_id, invoice.currency, expires_at, by.actor.id());
    link.invoice_id = Some(invoice.id);
    Ok(link)
}

/// Decides with the books and buffers entries, lines and number; the invoice's row is left to the caller.
fn issue(tx: &mut Tx<'_>, by: &Call, event: books::ids::EventId, ready: Ready) -> Result<Issued> {
    let Ready { mut books, mut invoice, own, charges, order_lines, number, sides, .. } = ready;
    let today = books.business.today(tx.now());
    let frozen = Frozen::now(PaperKind::Invoice, &books.business, &books.customer, &sides)?.text()?;
    let mut before = 0;
    let mut copies = Vec::new();
    for charge in &charges {
        before += books.account.sums(Target::Entry(*charge))?.iter().map(|sums| sums.paid).sum::<i64>();
        let (gross, tax) = books.account.left_of(*charge)?;
        let entry = books.account.item(*charge).map(|item| &item.entry);
        let (amendment, description) = (entry.and_then(|entry| entry.amendment), entry.map_or("", |entry| &entry.description));
        copies.extend(billed(&Billing { charge: *charge, amendment, description, gross, tax }, &order_lines));
    }
    let mut outcome = None;
    if !own.is_empty() {
        let bill = ScratchBill {
            invoice: invoice.id,
            description: format!("Invoice {}", number.text()),
            lines: own_lines(&own),
            when: When::Today,
            due_on: invoice.due_on,
        };
        outcome = Some(books.account.issue_lines(tx.ids(), &bill)?);
    }
    let own_charge = outcome.as_ref().and_then(|outcome| outcome.charges.last().copied());
    if !charges.is_empty() {
        outcome = Some(books.account.issue_covering(invoice.id, &charges, invoice.due_on, When::Today)?);
    }
    let outcome = outcome.ok_or_else(|| Error::Fault("an invoice over nothing".to_owned()))?;
    let (account, _) = books.write(tx, by, event)?;
    let first = 1 + i64::try_from(own.len()).unwrap_or(i64::MAX);
    for line in own {
        tx.set(&InvoiceLine { entry_id: own_charge, ..line });
    }
    for (position, line) in (first..).zip(copies) {
        let row = line.on(&invoice, InvoiceLineId::new(tx.ids()), position);
        tx.insert(&row);
    }
    invoice.number = Some(counter::take(tx, number));
    invoice.standing = InvoiceStanding::Issued;
    (invoice.issued_on, invoice.issued_at) = (Some(today), Some(tx.now()));
    invoice.issued_by = Some(event);
    (invoice.total, invoice.due_at_issue) = (outcome.total, outcome.due);
    (invoice.already_paid, invoice.applied) = (before, outcome.already_paid - before);
    invoice.frozen = Some(frozen);
    invoice.updated_at = tx.now();
    Ok(Issued { account, invoice })
}

fn own_lines(own: &[InvoiceLine]) -> NewLines {
    NewLines {
        net: own.iter().map(|line| line.net).sum(),
        tax: own.iter().map(|line| line.tax).sum(),
        lines: own.iter().map(|line| NewLine { line: LineRef::Invoice(line.id), gross: line.gross, tax: line.tax }).collect(),
    }
}

fn sent_now(invoice: Invoice, send: bool, now: books::calendar::Instant) -> Invoice {
    Invoice { sent_at: send.then_some(now).or(invoice.sent_at), ..invoice }
}

fn announce(tx: &mut Tx<'_>, by: &Call, invoice: &Invoice, send: bool, event: books::ids::EventId) {
    if send {
        leave_job(tx, "mail_invoice", invoice.id, event);
    }
    leave_job(tx, "close_checkouts", invoice.customer_id, event);
    let data = serde_json::json!({
        "number": invoice.number, "total": invoice.total, "due": invoice.due_at_issue, "currency": invoice.currency, "sent": send,
    });
    Act { kind: "invoice_issued", subject: invoice.id.to_string(), customer: Some(invoice.customer_id), data, call: by }
        .write(tx, event);
}

/// Mails an issued invoice; what was mailed before goes as a reminder, with what is due now. Refuses NOT_ISSUED, NO_CONTACT.
/// Idempotent by key.
pub async fn send_invoice(services: &Services, call: &Call, id: InvoiceId) -> Result<Done<InvoiceId>> {
    let (by, keys) = (call.clone(), services.keys.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let books = open_books(tx, seen.customer_id, seen.currency, &Touched::default()).await?;
            let mut invoice = tx.lock::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            allowed(capability::send(invoice.standing, books.customer.email.is_some()))?;
            let link = tx.query_opt::<Link>(&LIVE_OF_INVOICE, &[&by.business, &id, &tx.now()]).await?;
            let fresh = match link {
                Some(_) => None,
                None => Some(fresh_link(tx, &keys, &books, &invoice, &by)?),
            };
            let event = event_id(tx);
            let job = if invoice.sent_at.is_some() { "mail_invoice_again" } else { "mail_invoice" };
            invoice.sent_at = Some(tx.now());
            invoice.updated_at = tx.now();
            if let Some(link) = fresh {
                tx.insert(&link);
            }
            tx.set(&invoice);
            leave_job(tx, job, id, event);
            let data = serde_json::json!({ "again": job != "mail_invoice" });
            Act { kind: "invoice_sent", subject: id.to_string(), customer: Some(invoice.customer_id), data, call: &by }
                .write(tx, event);
            Ok(Done::now(id))
        })
        .await
}
