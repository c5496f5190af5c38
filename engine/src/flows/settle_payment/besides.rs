//! What a finding may need besides the payment: read beforehand, because nothing is read after the first write.

use processors::Remote;

use super::Finding;
use super::came_back::outside;
use crate::db::{Tx, row, sql};
use crate::error::Result;
use crate::flows::keep_method::saved_row;
use crate::flows::posting::Books;
use crate::store::connection::Connection;
use crate::store::counter::{self, NextNumber};
use crate::store::method::Method;
use crate::store::payment::{self, Payment};
use crate::store::refund::{self, Refund};
use crate::store::remote_invoice::{self, RemoteInvoice};

row! {
    /// Where the journal of an entry goes on.
    struct NextLine {
        seq: i64,
    }
}

sql!(NEXT_LINE, "select coalesce(max(seq), -1) + 1 as seq from journal_line where business_id = $1 and entry_id = $2");

/// Rows and numbers that some findings need and others do not.
pub(super) struct Besides {
    pub refunds: Vec<Refund>,
    /// For a refund that was made at the processor's own desk.
    pub number: Option<NextNumber>,
    /// For the journal of a dispute.
    pub next_line: i64,
    /// The card that this charge saved, if it is new here.
    pub saved: Option<Method>,
    /// The processor's own invoice that the payment is.
    pub invoice: Option<RemoteInvoice>,
    /// The charge is another payment already.
    pub elsewhere: bool,
}

impl Besides {
    pub async fn read(
        tx: &mut Tx<'_>,
        payment: &Payment,
        connection: &Connection,
        books: &Books,
        finding: &Finding,
    ) -> Result<Besides> {
        let business = tx.business();
        let mut more = Besides { refunds: Vec::new(), number: None, next_line: 0, saved: None, invoice: None, elsewhere: false };
        if payment.kind == remote_invoice::KIND {
            more.invoice = tx.lock::<RemoteInvoice>(&[&business, &remote_invoice::of_payment(payment.id)]).await?;
        }
        if let Some(charge) = finding.remote().and_then(Remote::charge) {
            if charge.refunded.minor > 0 {
                more.refunds = refund::of_flow(tx, payment.id).await?;
            }
            if outside(&more.refunds, charge) > 0 {
                more.number = Some(counter::next(tx, "RFD", books.business.today(tx.now())).await?);
            }
            let known = payment::by_remote_of_flow(tx, connection.id, &charge.id).await?;
            more.elsewhere = known.is_some_and(|known| known.id != payment.id);
            if let Some(saved) = &charge.saved {
                more.saved = saved_row(tx, payment.customer_id, connection.id, saved, &payment.actor).await?;
            }
        }
        if let (Finding::Disputed { .. }, Some(entry)) = (finding, payment.entry_id) {
            let next: Option<NextLine> = tx.query_opt(&NEXT_LINE, &[&business, &entry]).await?;
            more.next_line = next.map_or(0, |row| row.seq);
        }
        Ok(more)
    }
}
