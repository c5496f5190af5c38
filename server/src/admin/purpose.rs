//! What a payment that staff are about to make is for: an order, an invoice, or a customer and what of theirs it can be set against.

use books::account::Target;
use books::ids::{CustomerId, InvoiceId, OrderId};
use books::money::{Currency, Money};
use engine::sheets::customer::customer_sheet;
use engine::sheets::invoice::invoice_sheet;
use engine::sheets::order::order_sheet;
use engine::sheets::order_list;
use engine::store::customer::Customer;
use engine::store::entry::Wanted;

use super::desk::Desk;
use super::rows;
use crate::app::App;
use crate::respond::Problem;
use crate::view::{Amount, Link};

/// What a payment is recorded for.
pub struct Purpose {
    pub about: Link,
    pub customer: CustomerId,
    /// The document; none: the customer's account.
    pub target: Option<Target>,
    pub currency: Currency,
    pub due: i64,
    pub has_address: bool,
    /// A payment under way will pay some of the document; more is recorded only when staff confirm it.
    pub under_way: bool,
    /// For a customer: what it can be set against.
    pub documents: Vec<(String, String, Amount)>,
}

impl Purpose {
    pub fn order(&self) -> Option<OrderId> {
        self.target.and_then(|target| if let Target::Order(id) = target { Some(id) } else { None })
    }

    pub fn invoice(&self) -> Option<InvoiceId> {
        self.target.and_then(|target| if let Target::Invoice(id) = target { Some(id) } else { None })
    }
}

/// Reads what a payment is for: an order, an invoice, else a customer.
pub async fn purpose(app: &App, desk: &Desk, order: &str, invoice: &str, customer: &str) -> Result<Purpose, Problem> {
    if !invoice.is_empty() {
        return of_invoice(app, desk, invoice.parse().map_err(|_| Problem::not_found())?).await;
    }
    if !order.is_empty() {
        return of_order(app, desk, order.parse().map_err(|_| Problem::not_found())?).await;
    }
    of_customer(app, desk, customer.parse().map_err(|_| Problem::not_found())?).await
}

async fn of_invoice(app: &App, desk: &Desk, id: InvoiceId) -> Result<Purpose, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let about = Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title());
    let due = Money::new(sheet.figures.amount_due, sheet.invoice.currency);
    Ok(of_document(about, Target::Invoice(id), &sheet.customer, due, sheet.reserved()))
}

async fn of_order(app: &App, desk: &Desk, id: OrderId) -> Result<Purpose, Problem> {
    let sheet = order_sheet(&app.services.db, desk.staff.business, id).await?;
    let name = rows::order_name(sheet.order.kind, sheet.order.number.as_deref());
    let about = Link::new(format!("/admin/orders/{id}"), name);
    let due = Money::new(sheet.figures.amount_due, sheet.order.currency);
    Ok(of_document(about, Target::Order(id), &sheet.customer, due, sheet.reserved()))
}

fn of_document(about: Link, target: Target, customer: &Customer, due: Money, reserved: i64) -> Purpose {
    Purpose {
        about,
        customer: customer.id,
        target: Some(target),
        currency: due.currency,
        due: due.minor,
        has_address: customer.email.is_some(),
        under_way: reserved > 0,
        documents: Vec::new(),
    }
}

async fn of_customer(app: &App, desk: &Desk, id: CustomerId) -> Result<Purpose, Problem> {
    let of = desk.staff.business;
    let wanted = Wanted { limit: 200, ..Wanted::default() };
    let sheet = customer_sheet(&app.services.db, of, id, None, wanted).await?;
    let orders = order_list::of_customer(&app.services.db, of, id).await?;
    let due = orders.iter().filter(|listed| listed.figures.amount_due > 0 && listed.row.currency == sheet.currency);
    let mut documents: Vec<(String, String, Amount)> = due
        .map(|listed| {
            let name = rows::order_name(listed.row.kind, listed.row.number.as_deref());
            (listed.row.id.to_string(), name, desk.amount(listed.figures.amount_due, listed.row.currency))
        })
        .collect();
    let alone =
        sheet.open_charges().map(|line| (line.id.to_string(), line.description.clone(), desk.amount(line.open(), line.currency)));
    documents.extend(alone);
    let billed = sheet.invoices.iter().filter(|listed| listed.figures.amount_due > 0 && listed.row.currency == sheet.currency);
    documents.extend(billed.map(|listed| {
        let name = format!("Invoice {}", listed.row.number.clone().unwrap_or_default());
        (listed.row.id.to_string(), name, desk.amount(listed.figures.amount_due, listed.row.currency))
    }));
    Ok(Purpose {
        about: Link::new(format!("/admin/customers/{id}"), sheet.customer.name.clone()),
        customer: id,
        target: None,
        has_address: sheet.customer.email.is_some(),
        under_way: false,
        currency: sheet.currency,
        due: sheet.balance().min(0).abs(),
        documents,
    })
}
