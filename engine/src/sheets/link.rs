//! What a payer sees behind a link: the balance with recent charges, an order, an invoice, or a receipt.

use books::ids::LinkId;

use super::invoice::InvoiceSheet;
use super::order::OrderSheet;
use super::payment::PaymentSheet;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::digest;
use crate::sheets::statement::{self as account, StatementSheet};
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer};
use crate::store::entry::{self, EntryLine, Wanted};
use crate::store::link::{self, Link, Scope};
use crate::store::payment::{self, Payment};
use crate::store::session;
use crate::store::statement;

/// How many entries a balance link shows.
const RECENT: i64 = 20;

/// Behind one link, read in one snapshot.
#[derive(Debug, Clone)]
pub struct LinkSheet {
    pub business: Business,
    pub customer: Customer,
    pub link: Link,
    /// Minor units; negative: the customer owes.
    pub balance: i64,
    /// What of it is past a named due day, at least 0.
    pub overdue: i64,
    /// For a balance link: the newest entries.
    pub recent: Vec<EntryLine>,
    /// What it is about: documents, or all of the account.
    pub scope: Scope,
    /// For a selection: its charges, by due day.
    pub chosen: Vec<EntryLine>,
    /// For a statement: the account over its days.
    pub statement: Option<StatementSheet>,
    /// For a request: the order asked for.
    pub order: Option<OrderSheet>,
    /// For a request or a mailed invoice: the invoice.
    pub invoice: Option<InvoiceSheet>,
    /// For a receipt: the payment.
    pub payment: Option<PaymentSheet>,
    /// Payments through this link that are under way.
    pub under_way: Vec<Payment>,
    pub connections: Vec<Connection>,
}

impl LinkSheet {
    /// What this link asks for now.
    pub fn amount_due(&self) -> i64 {
        match (&self.order, &self.invoice) {
            (Some(order), _) => order.figures.amount_due,
            (None, Some(invoice)) => invoice.figures.amount_due,
            (None, None) if !self.scope.is_account() => self.chosen.iter().map(EntryLine::open).sum(),
            (None, None) => (-self.balance).max(0),
        }
    }
}

/// What a visitor's browser may see of a link: everything if it has shown the token, nothing (unknown) otherwise.
pub async fn visited_link(db: &Db, visitor: &str, id: LinkId) -> Result<LinkSheet> {
    let kept = digest(visitor);
    db.read(async move |reader| {
        let now = reader.now();
        let right = session::visitor_right(reader, kept.clone(), id, now).await?.ok_or(Error::NotFound)?;
        let link = link::one(reader, right.business_id, id).await?;
        if link.revoked_at.is_some() {
            return Err(Error::NotFound);
        }
        read(reader, link).await
    })
    .await
}

/// Behind a link that is known to be live: for the token's own page, the return, and staff previews.
pub async fn link_sheet(db: &Db, business: books::ids::BusinessId, id: LinkId) -> Result<LinkSheet> {
    db.read(async move |reader| {
        let link = link::one(reader, business, id).await?;
        read(reader, link).await
    })
    .await
}

async fn read(reader: &mut crate::db::Reader<'_>, link: Link) -> Result<LinkSheet> {
    let of = link.business_id;
    let business = business::one(reader, of).await?;
    let customer = customer::one(reader, of, link.customer_id).await?;
    let balances = customer::balances(reader, of, link.customer_id).await?;
    let balance = balances.iter().find(|row| row.currency == link.currency).map_or(0, |row| row.balance);
    let wanted = Wanted { currency: Some(link.currency), limit: RECENT, ..Wanted::default() };
    let recent = if ["balance", "account"].contains(&link.purpose.as_str()) {
        entry::history(reader, of, link.customer_id, &wanted).await?
    } else {
        Vec::new()
    };
    let today = business.today(reader.now());
    let overdue = entry::overdue(reader, of, link.customer_id, link.currency, today).await?;
    let order = match link.order_id.filter(|_| link.purpose == "request") {
        Some(order) => Some(super::order::read(reader, of, order).await?),
        None => None,
    };
    let scope = Scope::of(&link, &link::targets(reader, &link).await?);
    let chosen = match link.purpose.as_str() {
        "selection" => entry::open_charges(reader, of, link.customer_id, link.currency, &scope).await?,
        _ => Vec::new(),
    };
    let statement = match link.purpose.as_str() {
        "statement" => {
            let sent = statement::of_link(reader, of, link.id).await?;
            let period = account::Period::new(sent.from_on, sent.to_on)?;
            Some(account::read(reader, of, link.customer_id, Some(link.currency), period).await?)
        }
        _ => None,
    };
    let invoice = match link.invoice_id.filter(|_| link.purpose != "receipt") {
        Some(invoice) => Some(super::invoice::read(reader, of, invoice).await?),
        None => None,
    };
    let payment = match link.payment_id {
        Some(payment) => Some(super::payment::read(reader, of, payment).await?),
        None => None,
    };
    let under_way = payment::under_way(reader, of, link.customer_id, link.currency).await?;
    let connections = connection::of_business(reader, of).await?;
    Ok(LinkSheet {
        business,
        customer,
        link,
        balance,
        overdue,
        recent,
        scope,
        chosen,
        statement,
        order,
        invoice,
        payment,
        under_way,
        connections,
    })
}
