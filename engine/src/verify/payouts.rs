//! Payouts: what each is made of, recomputed from its lines and the payments they name.

use std::collections::HashMap;

use books::ids::{BusinessId, PaymentId, PayoutId};
use uuid::Uuid;

use super::Audit;
use crate::db::{Reader, Value, sql};
use crate::error::Result;
use crate::store::payment::Payment;
use crate::store::payout::{Payout, PayoutLine, lines};

/// So many payouts are read at a time.
const PAGE: i64 = 200;

sql!(AFTER, "select * from payout where business_id = $1 and id > $2 order by id limit $3");
sql!(PAYMENTS, "select * from payment where business_id = $1 and id {any_id:$2}");

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut after = PayoutId(Uuid::nil());
    loop {
        let page: Vec<Payout> = reader.query(&AFTER, &[&business, &after, &PAGE]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for payout in &page {
            let lines = lines(reader, business, payout.id).await?;
            let payments = payments(reader, business, &lines).await?;
            look_at(audit, payout, &lines, &payments);
        }
    }
}

async fn payments(reader: &mut Reader<'_>, of: BusinessId, lines: &[PayoutLine]) -> Result<HashMap<PaymentId, Payment>> {
    let ids = Value::ids(lines.iter().filter_map(|line| line.payment_id));
    let found: Vec<Payment> = reader.query(&PAYMENTS, &[&of, &ids]).await?;
    Ok(found.into_iter().map(|payment| (payment.id, payment)).collect())
}

fn look_at(audit: &mut Audit, payout: &Payout, lines: &[PayoutLine], payments: &HashMap<PaymentId, Payment>) {
    match payout.reconciled(lines) {
        Some(found) if found.known == payout.known && found.is_whole() == payout.whole => {}
        Some(found) => {
            let said = format!("{} of payments, whole: {}", payout.known, payout.whole);
            audit.say("C5", payout.id, said, format!("{}, whole: {}", found.known, found.is_whole()));
        }
        None => audit.say("C5", payout.id, "amounts", "their sum passes what an amount can be"),
    }
    for line in lines {
        let Some(id) = line.payment_id else { continue };
        let fits = payments.get(&id).is_some_and(|payment| {
            payment.connection_id == Some(payout.connection_id)
                && payment.remote_id.as_deref() == Some(line.charge.as_str())
                && payment.currency == payout.currency
        });
        if !fits {
            audit.say("C5", payout.id, format!("{} is {id}", line.charge), "no such charge of that payment");
        }
    }
}
