//! A page of the payment requests, each with its customer and document.

use books::ids::{BusinessId, RequestId};

use crate::db::Db;
use crate::error::Result;
use crate::store::request::{self, Request};
use crate::store::{customer, invoice, order};

/// A request in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub request: Request,
    pub customer_name: String,
    /// `ORD-2026-00042`, `INV-2026-00042`.
    pub document: String,
}

/// Reads a page: newest first, before an id, of one state or (empty) of all. Answers also whether there are older ones.
pub async fn request_list(
    db: &Db,
    of: BusinessId,
    state: &str,
    before: Option<RequestId>,
    limit: usize,
) -> Result<(Vec<Listed>, bool)> {
    let (state, before) = (state.to_owned(), before.unwrap_or(RequestId(uuid::Uuid::max())));
    db.read(async move |reader| {
        let mut found = request::list(reader, of, &state, before, limit as i64 + 1).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let customers = customer::names(reader, of, found.iter().map(|row| row.customer_id)).await?;
        let orders = order::numbers(reader, of, found.iter().filter_map(|row| row.order_id)).await?;
        let invoices = invoice::numbers(reader, of, found.iter().filter_map(|row| row.invoice_id)).await?;
        let name = |row: &Request| customers.iter().find(|known| known.id == row.customer_id).map(|known| known.name.clone());
        let number = |row: &Request| {
            let order = orders.iter().find(|known| Some(known.id) == row.order_id).and_then(|known| known.number.clone());
            let invoice =
                || invoices.iter().find(|known| Some(known.id) == row.invoice_id).and_then(|known| known.number.clone());
            order.or_else(invoice)
        };
        let listed = found.into_iter().map(|request| Listed {
            customer_name: name(&request).unwrap_or_default(),
            document: number(&request).unwrap_or_default(),
            request,
        });
        Ok((listed.collect(), more))
    })
    .await
}
