//! A new order or application: as a draft, or charged at once.
//!
//! Charges arise when it leaves draft: one for the whole posting, keeping its lines with net and tax.

use books::account::{LineRef, NewLines, OrderCharge, When};
use books::ids::{CustomerId, OrderId, OrderLineId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use books::tax::{LineInput, Priced, price_document};

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use super::posting::{Touched, open_books};
use crate::db::{Db, Tx};
use crate::error::{Error, FieldError, Result};
use crate::store::counter;
use crate::store::customer::Customer;
use crate::store::order::{Order, OrderLine};

/// What was agreed.
#[derive(Debug, Clone)]
pub struct NewOrder {
    pub customer: CustomerId,
    pub kind: OrderKind,
    pub currency: Currency,
    pub lines: Vec<LineInput>,
    /// Draft, or the state in which it is charged at once (confirmed, pending; an application: submitted).
    pub state: OrderState,
    pub note: Option<String>,
}

/// Prices the lines, and says of each fault in which line and field it is.
pub(crate) fn priced(lines: &[LineInput], currency: Currency) -> Result<Priced> {
    check_texts(lines)?;
    price_document(lines, currency).map_err(bad_line)
}

/// Refuses control characters, which would come out on papers and in exports. Lengths are looked at when lines are priced.
pub(crate) fn check_texts(lines: &[LineInput]) -> Result<()> {
    for (at, line) in lines.iter().enumerate() {
        check::description(&format!("lines[{at}].description"), &line.description)?;
        check::short(&format!("lines[{at}].unit"), line.unit.as_deref())?;
    }
    Ok(())
}

pub(crate) fn bad_line(bad: books::tax::BadLine) -> Error {
    let field = match bad.line {
        Some(at) => format!("lines[{at}].{}", bad.problem.field()),
        None => "lines".to_owned(),
    };
    Error::Invalid(vec![FieldError { field, code: "INVALID", detail: bad.problem.to_string() }])
}

/// The prefix of an order's or application's number.
pub(crate) fn series(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Order => "ORD",
        OrderKind::Application => "APP",
    }
}

/// Creates the order. Idempotent by key.
pub async fn create_order(db: &Db, call: &Call, new: NewOrder) -> Result<Done<OrderId>> {
    if !new.kind.may_begin_as(new.state) {
        return Err(Error::invalid("state", "UNKNOWN", format!("a new {} cannot begin as {}", new.kind, new.state)));
    }
    let priced = priced(&new.lines, new.currency)?;
    let note = check::note("note", new.note.as_deref())?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let id = OrderId::new(tx.ids());
        let mut order = Order {
            business_id: by.business,
            id,
            kind: new.kind,
            number: None,
            customer_id: new.customer,
            currency: new.currency,
            state: new.state,
            note: note.clone(),
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let mut lines = line_rows(tx, &order, &new.lines, &priced, 0);
        let event = event_id(tx);
        if new.state.is_charged() {
            let mut books = open_books(tx, new.customer, new.currency, &Touched::default()).await?;
            let number = counter::next(tx, series(new.kind), books.business.today(tx.now())).await?;
            let charge = OrderCharge {
                order: id,
                description: format!("{} {}", title(new.kind), number.text()),
                lines: NewLines::of(&priced, lines.iter().map(|line| LineRef::Order(line.id))),
                when: When::Today,
                due_on: None,
            };
            let entry = books.account.charge_order(tx.ids(), &charge)?;
            lines.iter_mut().for_each(|line| line.entry_id = entry);
            order.number = Some(counter::take(tx, number));
            books.write(tx, &by, event)?;
        } else {
            tx.get::<Customer>(&[&by.business, &new.customer]).await?.ok_or(Error::NotFound)?;
        }
        tx.insert(&order);
        lines.iter().for_each(|line| tx.insert(line));
        let data = serde_json::json!({ "total": priced.total, "currency": new.currency, "state": new.state });
        Act { kind: "order_created", subject: id.to_string(), customer: Some(new.customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// What it is called before its number.
pub fn title(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Order => "Order",
        OrderKind::Application => "Application",
    }
}

/// Rows for priced lines, numbered after the ones that are there already; not yet written, not yet charged.
pub(crate) fn line_rows(tx: &mut Tx<'_>, order: &Order, inputs: &[LineInput], priced: &Priced, after: i64) -> Vec<OrderLine> {
    let numbered = inputs.iter().zip(&priced.lines).zip(after + 1..);
    numbered
        .map(|((input, price), position)| OrderLine {
            business_id: order.business_id,
            id: OrderLineId::new(tx.ids()),
            order_id: order.id,
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
            entry_id: None,
            added_by: None,
            removed_by: None,
        })
        .collect()
}
