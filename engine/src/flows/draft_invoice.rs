//! Drafts of invoices: written from scratch, from open charges of a customer, or as a copy of another; and changed.
//!
//! Invariants: a draft has no number and asks for nothing; the charges it names are claimed, so that no other live invoice can
//! have them, and show on it as they stand. Lines of its own are charged when it is issued, not before.

use books::calendar::Day;
use books::entry::Class;
use books::ids::{CustomerId, EntryId, InvoiceId, InvoiceLineId, OrderId};
use books::invoice::InvoiceStanding;
use books::money::Currency;
use books::order::OrderState;
use books::tax::{LineInput, Priced, price_document};

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use super::create_order::{bad_line, check_texts};
use super::posting::{Books, Touched, open_books};
use super::record_payment::check_entry;
use crate::db::{Db, Expect, Tx, sql};
use crate::error::{Error, Result};
use crate::store::customer::Customer;
use crate::store::invoice::{self, Invoice, InvoiceLine};
use crate::store::order::Order;

sql!(pub(crate) DROP_LINES, "delete from invoice_line where business_id = $1 and invoice_id = $2");

/// The most charges that one invoice carries forward.
const MOST_CHARGES: usize = 1000;

/// What is to be billed. Lines, charges, or both.
#[derive(Debug, Clone)]
pub struct NewInvoice {
    pub customer: CustomerId,
    pub currency: Currency,
    pub lines: Vec<LineInput>,
    /// Open charges that are carried forward.
    pub entries: Vec<EntryId>,
    pub texts: Texts,
}

/// What an invoice says beside its lines.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    pub description: Option<String>,
    pub due_on: Option<Day>,
    /// Such as `Net 30`.
    pub terms: Option<String>,
    pub notes: Option<String>,
}

impl Texts {
    pub(crate) fn checked(&self) -> Result<Texts> {
        Ok(Texts {
            description: check::lines("description", self.description.as_deref())?,
            due_on: self.due_on,
            terms: check::short("terms", self.terms.as_deref())?,
            notes: check::note("notes", self.notes.as_deref())?,
        })
    }
}

/// What changes about a draft; nothing said leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct DraftChanges {
    pub lines: Option<Vec<LineInput>>,
    pub entries: Option<Vec<EntryId>>,
    pub description: Option<Option<String>>,
    pub due_on: Option<Option<Day>>,
    pub terms: Option<Option<String>>,
    pub notes: Option<Option<String>>,
}

/// Prices lines of an invoice; none are none.
fn priced(lines: &[LineInput], currency: Currency) -> Result<Option<Priced>> {
    if lines.is_empty() {
        return Ok(None);
    }
    check_texts(lines)?;
    price_document(lines, currency).map(Some).map_err(bad_line)
}

/// A draft row without number, total or issue; not yet written.
pub(crate) fn draft_row(tx: &mut Tx<'_>, call: &Call, customer: CustomerId, currency: Currency, texts: &Texts) -> Invoice {
    Invoice {
        business_id: tx.business(),
        id: InvoiceId::new(tx.ids()),
        number: None,
        customer_id: customer,
        currency,
        standing: InvoiceStanding::Draft,
        order_id: None,
        description: texts.description.clone(),
        due_on: texts.due_on,
        terms: texts.terms.clone(),
        notes: texts.notes.clone(),
        total: 0,
        already_paid: 0,
        applied: 0,
        due_at_issue: 0,
        issued_on: None,
        issued_at: None,
        issued_by: None,
        frozen: None,
        voided_on: None,
        reason: None,
        sent_at: None,
        actor: call.actor.id(),
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

fn line_rows(tx: &mut Tx<'_>, invoice: InvoiceId, inputs: &[LineInput], priced: &Priced) -> Vec<InvoiceLine> {
    let numbered = (1..).zip(inputs.iter().zip(&priced.lines));
    numbered
        .map(|(position, (input, price))| InvoiceLine {
            business_id: tx.business(),
            id: InvoiceLineId::new(tx.ids()),
            invoice_id: invoice,
            position,
            kind: input.kind.to_string(),
            description: input.description.clone(),
            quantity: input.quantity.to_string(),
            unit: input.unit.clone(),
            unit_amount: input.unit_amount,
            tax_rate: input.tax_rate.map(|rate| rate.to_string()),
            tax_included: input.tax_included,
            net: price.net,
            tax: price.tax,
            gross: price.gross,
            credited: 0,
            credited_tax: 0,
            order_line_id: None,
            entry_id: None,
        })
        .collect()
}

/// Writes a draft. Refuses charges of somebody else (unknown), of another currency, on another invoice (ALREADY_INVOICED),
/// with nothing open, and those of an application that is still pending (STILL_PENDING). Idempotent by key.
pub async fn create_invoice(db: &Db, call: &Call, new: NewInvoice) -> Result<Done<InvoiceId>> {
    if new.lines.is_empty() && new.entries.is_empty() {
        return Err(Error::invalid("lines", "REQUIRED", "write at least one line, or name open charges"));
    }
    let prices = priced(&new.lines, new.currency)?;
    let texts = new.texts.checked()?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut invoice = draft_row(tx, &by, new.customer, new.currency, &texts);
        let lines = prices.as_ref().map_or_else(Vec::new, |prices| line_rows(tx, invoice.id, &new.lines, prices));
        let event = event_id(tx);
        if new.entries.is_empty() {
            tx.get::<Customer>(&[&by.business, &new.customer]).await?.ok_or(Error::NotFound)?;
        } else {
            let (books, order) = claimed(tx, &invoice, &new.entries).await?;
            invoice.order_id = order.filter(|_| lines.is_empty());
            books.write(tx, &by, event)?;
        }
        tx.insert(&invoice);
        lines.iter().for_each(|line| tx.insert(line));
        let data = serde_json::json!({ "currency": new.currency, "lines": lines.len(), "charges": new.entries.len() });
        Act { kind: "invoice_drafted", subject: invoice.id.to_string(), customer: Some(new.customer), data, call: &by }
            .write(tx, event);
        Ok(Done::now(invoice.id))
    })
    .await
}

/// The account with the charges claimed, and the order that all of them belong to, if it is one.
pub(crate) async fn claimed(tx: &mut Tx<'_>, invoice: &Invoice, entries: &[EntryId]) -> Result<(Books, Option<OrderId>)> {
    if entries.len() > MOST_CHARGES {
        return Err(Error::invalid("entries", "TOO_MANY", format!("an invoice carries at most {MOST_CHARGES} charges")));
    }
    for entry in entries {
        check_entry(tx, *entry, invoice.customer_id, invoice.currency).await?;
    }
    let touched = Touched { invoices: vec![invoice.id], entries: entries.to_vec(), ..Touched::default() };
    let mut books = open_books(tx, invoice.customer_id, invoice.currency, &touched).await?;
    let mut orders: Vec<Option<OrderId>> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let field = format!("entries[{at}]");
        let item = books.account.item(*entry).filter(|item| item.entry.class() == Class::Charge);
        let item = item.ok_or_else(|| Error::invalid(&field, "NOT_A_CHARGE", "only a charge can be billed"))?;
        if item.open() == 0 {
            return Err(Error::invalid(&field, "NOTHING_OPEN", "nothing is open of this charge"));
        }
        if entries[..at].contains(entry) {
            return Err(Error::invalid(&field, "TWICE", "this charge is named twice"));
        }
        if !orders.contains(&item.entry.order) {
            orders.push(item.entry.order);
        }
    }
    for order in orders.iter().flatten() {
        refuse_pending(tx, *order).await?;
    }
    books.account.claim(invoice.id, entries)?;
    let order = if orders.len() == 1 { orders[0] } else { None };
    Ok((books, order))
}

/// What a pending application owes is settled inside the application (ORD-7).
async fn refuse_pending(tx: &mut Tx<'_>, order: OrderId) -> Result<()> {
    let business = tx.business();
    let order = tx.get::<Order>(&[&business, &order]).await?;
    if order.is_some_and(|order| order.state == OrderState::Submitted) {
        return Err(Error::refused(
            "STILL_PENDING",
            "a charge belongs to an application that is still pending: its balance is settled inside the application",
        ));
    }
    Ok(())
}

/// Locks a draft after its customer. Refuses NOT_DRAFT.
pub(crate) async fn lock_draft(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Invoice> {
    let business = tx.business();
    let seen = tx.get::<Invoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    // The customer first, then the invoice: the order of locks of every act on money.
    tx.lock::<Customer>(&[&business, &seen.customer_id]).await?.ok_or(Error::NotFound)?;
    let invoice = tx.lock::<Invoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    match invoice.standing {
        InvoiceStanding::Draft => Ok(invoice),
        _ => Err(Error::refused("NOT_DRAFT", "only a draft can be changed; credit or void what was issued")),
    }
}

/// Changes a draft. Refuses NOT_DRAFT, and what [`create_invoice`] refuses. Idempotent by key.
pub async fn change_invoice(db: &Db, call: &Call, id: InvoiceId, changes: DraftChanges) -> Result<Done<InvoiceId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut invoice = lock_draft(tx, id).await?;
        let said = Texts {
            description: changes.description.clone().unwrap_or(invoice.description),
            due_on: changes.due_on.unwrap_or(invoice.due_on),
            terms: changes.terms.clone().unwrap_or(invoice.terms),
            notes: changes.notes.clone().unwrap_or(invoice.notes),
        };
        let texts = said.checked()?;
        (invoice.description, invoice.due_on, invoice.terms, invoice.notes) =
            (texts.description, texts.due_on, texts.terms, texts.notes);
        let fresh = match &changes.lines {
            Some(inputs) => Some(match priced(inputs, invoice.currency)? {
                Some(prices) => line_rows(tx, id, inputs, &prices),
                None => Vec::new(),
            }),
            None => None,
        };
        let event = event_id(tx);
        if let Some(entries) = &changes.entries {
            let lines = invoice::lines_of_flow(tx, id).await?;
            let (books, order) = claimed(tx, &invoice, entries).await?;
            let own = fresh.as_ref().map_or(lines.len(), Vec::len);
            invoice.order_id = order.filter(|_| own == 0);
            books.write(tx, &by, event)?;
        } else if fresh.as_ref().is_some_and(|lines| !lines.is_empty()) {
            invoice.order_id = None;
        }
        if let Some(lines) = fresh {
            tx.execute(&DROP_LINES, &[&by.business, &id], Expect::Any);
            lines.iter().for_each(|line| tx.insert(line));
        }
        invoice.updated_at = tx.now();
        let customer = invoice.customer_id;
        tx.set(&invoice);
        Act {
            kind: "invoice_changed",
            subject: id.to_string(),
            customer: Some(customer),
            data: serde_json::json!({}),
            call: &by,
        }
        .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// A new draft with the same lines and texts, all lines its own. Never refused for the state of the old one; of a draft that
/// only claims charges nothing can be copied (MISSING_BILLING_DETAILS). Idempotent by key.
pub async fn duplicate_invoice(db: &Db, call: &Call, id: InvoiceId) -> Result<Done<InvoiceId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let old = tx.get::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let lines = invoice::lines_of_flow(tx, id).await?;
        if lines.is_empty() {
            return Err(Error::refused(
                "MISSING_BILLING_DETAILS",
                "this draft has no lines of its own to copy: issue it first, or write a new invoice",
            ));
        }
        let texts =
            Texts { description: old.description.clone(), due_on: None, terms: old.terms.clone(), notes: old.notes.clone() };
        let copy = draft_row(tx, &by, old.customer_id, old.currency, &texts);
        let fresh: Vec<InvoiceLine> = lines
            .into_iter()
            .map(|line| InvoiceLine {
                id: InvoiceLineId::new(tx.ids()),
                invoice_id: copy.id,
                credited: 0,
                credited_tax: 0,
                order_line_id: None,
                entry_id: None,
                ..line
            })
            .collect();
        let event = event_id(tx);
        tx.insert(&copy);
        fresh.iter().for_each(|line| tx.insert(line));
        let data = serde_json::json!({ "of": id });
        Act { kind: "invoice_drafted", subject: copy.id.to_string(), customer: Some(old.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(copy.id))
    })
    .await
}
