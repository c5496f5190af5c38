//! What a customer sees of their account in the portal: what they owe document by document, what they ordered, paid and were
//! sent. One snapshot.
//!
//! Invariant: every open charge stands in exactly one of the documents listed as open, so that paying all of them pays
//! each once. Left out: anything internal; the pages show no note and no staff.

use std::collections::BTreeMap;

use books::account::Target;
use books::calendar::Day;
use books::entry::EntryKind;
use books::ids::{BusinessId, CustomerId, InvoiceId, OrderId, PaymentId};
use books::money::Currency;
use books::order::OrderState;

use super::invoice::{InvoiceSheet, invoice_sheet};
use super::invoice_list::{self, Listed as Invoiced};
use super::order::{OrderSheet, order_sheet};
use super::order_list::{Listed, listed};
use super::payment::{PaymentSheet, payment_sheet};
use crate::db::{Db, Reader};
use crate::error::{Error, Result};
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer, CustomerBalance};
use crate::store::entry::{self, EntryLine, Wanted};
use crate::store::invoice;
use crate::store::link::{Scope, target_text};
use crate::store::order;
use crate::store::payment::{self, Payment};
use crate::store::statement::{self, Statement};

/// So many entries, orders and payments are shown.
const RECENT: i64 = 50;

/// A document, or a charge without one, of which something is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDocument {
    pub target: Target,
    /// TypeID.
    pub id: String,
    /// `Order ORD-2026-00042`, or what the charge is for.
    pub name: String,
    /// What it is: whether its name may be said in another language.
    pub kind: EntryKind,
    pub on: Day,
    /// The earliest named due day of what is open.
    pub due_on: Option<Day>,
    pub due: i64,
    /// A payment for some of it is under way: nobody is asked twice.
    pub reserved: bool,
}

/// One customer's account in one currency, as they see it.
#[derive(Debug, Clone)]
pub struct PortalSheet {
    pub business: Business,
    pub customer: Customer,
    pub currency: Currency,
    /// One for each currency.
    pub balances: Vec<CustomerBalance>,
    /// Negative: the customer owes.
    pub balance: i64,
    /// Past a named due day, at least 0.
    pub overdue: i64,
    pub open: Vec<OpenDocument>,
    /// Newest posted first.
    pub recent: Vec<EntryLine>,
    pub orders: Vec<Listed>,
    /// Issued ones, newest first.
    pub invoices: Vec<Invoiced>,
    /// Payments that came in or are on their way, newest first.
    pub payments: Vec<Payment>,
    pub statements: Vec<Statement>,
    pub under_way: Vec<Payment>,
    pub connections: Vec<Connection>,
}

/// Reads an account (none: in the business's own currency) for the portal.
pub async fn portal_sheet(
    db: &Db,
    business: BusinessId,
    customer: CustomerId,
    currency: Option<Currency>,
) -> Result<PortalSheet> {
    db.read(async move |reader| read(reader, business, customer, currency).await).await
}

async fn read(reader: &mut Reader<'_>, of: BusinessId, id: CustomerId, currency: Option<Currency>) -> Result<PortalSheet> {
    let business = business::one(reader, of).await?;
    let customer = customer::one(reader, of, id).await?;
    let currency = currency.unwrap_or(business.currency);
    let balances = customer::balances(reader, of, id).await?;
    let balance = balances.iter().find(|row| row.currency == currency).map_or(0, |row| row.balance);
    let overdue = entry::overdue(reader, of, id, currency, business.today(reader.now())).await?;
    let charges = entry::open_charges(reader, of, id, currency, &Scope::default()).await?;
    let wanted = Wanted { currency: Some(currency), limit: RECENT, ..Wanted::default() };
    let recent = entry::history(reader, of, id, &wanted).await?;
    let rows = order::list(reader, of, &order::Wanted { customer: Some(id), limit: RECENT, ..order::Wanted::default() }).await?;
    // A draft is no agreement yet: the customer is not shown it.
    let mut orders = listed(reader, of, rows).await?;
    orders.retain(|listed| listed.row.state != OrderState::Draft);
    let mut invoices = invoice_list::of_customer(reader, of, id, business.today(reader.now())).await?;
    invoices.retain(|listed| listed.row.number.is_some());
    let asked = payment::Wanted { customer: Some(id), limit: RECENT, ..payment::Wanted::default() };
    let mut payments = payment::wanted(reader, of, &asked).await?;
    payments.retain(shown_to_payer);
    let statements = statement::of_customer(reader, of, id, currency).await?;
    let under_way = payment::under_way(reader, of, id, currency).await?;
    let connections = connection::of_business(reader, of).await?;
    let open = open_documents(reader, of, &charges).await?;
    Ok(PortalSheet {
        business,
        customer,
        currency,
        balances,
        balance,
        overdue,
        open,
        recent,
        orders,
        invoices,
        payments,
        statements,
        under_way,
        connections,
    })
}

/// A page that was opened and left again is no payment to the person who left it.
fn shown_to_payer(payment: &Payment) -> bool {
    use books::payment::PaymentState as P;
    matches!(payment.state, P::Succeeded | P::Pending | P::Unknown | P::Authorized)
}

/// The document that a charge is asked for on: its live invoice, its order, or itself.
fn document(charge: &EntryLine) -> Target {
    match (charge.live_invoice_id.filter(|_| charge.cover_issued == Some(true)), charge.order_id) {
        (Some(invoice), _) => Target::Invoice(invoice),
        (None, Some(order)) => Target::Order(order),
        (None, None) => Target::Entry(charge.id),
    }
}

async fn open_documents(reader: &mut Reader<'_>, of: BusinessId, charges: &[EntryLine]) -> Result<Vec<OpenDocument>> {
    let mut documents: Vec<OpenDocument> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    // Charges come by due day, so the first of a document is the one that is due first.
    for charge in charges {
        let target = document(charge);
        let id = target_text(target);
        match places.get(&id) {
            Some(at) => {
                documents[*at].due += charge.open();
                documents[*at].reserved |= charge.reserved > 0;
            }
            None => {
                places.insert(id.clone(), documents.len());
                documents.push(OpenDocument {
                    target,
                    id,
                    name: name(reader, of, charge, target).await?,
                    kind: match target {
                        Target::Entry(_) => charge.kind,
                        Target::Invoice(_) => EntryKind::Invoice,
                        Target::Order(_) => EntryKind::Order,
                    },
                    on: charge.effective_on,
                    due_on: charge.named_due_on(),
                    due: charge.open(),
                    reserved: charge.reserved > 0,
                });
            }
        }
    }
    Ok(documents)
}

async fn name(reader: &mut Reader<'_>, of: BusinessId, charge: &EntryLine, target: Target) -> Result<String> {
    let (noun, number) = match target {
        Target::Entry(_) => return Ok(charge.description.clone()),
        Target::Invoice(id) => ("Invoice", invoice::one(reader, of, id).await?.number),
        Target::Order(id) => {
            let order = order::one(reader, of, id).await?;
            (crate::flows::create_order::title(order.kind), order.number)
        }
    };
    Ok(format!("{noun} {}", number.unwrap_or_default()).trim().to_owned())
}

/// A payment of this customer; of another's it is unknown.
pub async fn payment_of(db: &Db, business: BusinessId, customer: CustomerId, id: PaymentId) -> Result<PaymentSheet> {
    let sheet = payment_sheet(db, business, id).await?;
    if sheet.payment.customer_id == customer { Ok(sheet) } else { Err(Error::NotFound) }
}

/// An order of this customer; of another's it is unknown, and so is a draft.
pub async fn order_of(db: &Db, business: BusinessId, customer: CustomerId, id: OrderId) -> Result<OrderSheet> {
    let sheet = order_sheet(db, business, id).await?;
    let shown = sheet.order.customer_id == customer && sheet.order.state != OrderState::Draft;
    if shown { Ok(sheet) } else { Err(Error::NotFound) }
}

/// An issued invoice of this customer; of another's it is unknown, and so is a draft.
pub async fn invoice_of(db: &Db, business: BusinessId, customer: CustomerId, id: InvoiceId) -> Result<InvoiceSheet> {
    let sheet = invoice_sheet(db, business, id).await?;
    let shown = sheet.invoice.customer_id == customer && sheet.invoice.number.is_some();
    if shown { Ok(sheet) } else { Err(Error::NotFound) }
}
