//! Numbers of orders, applications, payments, refunds, invoices and credit notes: each series from 1 up to its counter, each
//! number once.
//!
//! Limit: the numbers of a whole series are held at once, eight bytes each.

use std::collections::BTreeMap;

use books::ids::{BusinessId, CreditNoteId, InvoiceId, OrderId, PaymentId, RefundId};
use uuid::Uuid;

use super::Audit;
use crate::db::{Reader, Sql, row, sql};
use crate::error::Result;

/// What the number of a document begins with.
const PREFIXES: [&str; 6] = ["ORD", "APP", "PAY", "RFD", "INV", "CN"];
/// So many rows are read at a time.
const PAGE: i64 = 5000;
/// So many holes of one series are named; a lost counter would make millions.
const MOST_HOLES: usize = 100;

row! {
    /// A document's number.
    struct Numbered {
        id: Uuid,
        number: String,
    }
}

row! {
    /// A series and its next number.
    struct Series {
        series: String,
        next: i64,
    }
}

sql!(
    ORDERS,
    "
    select id, number from orders where business_id = $1 and number is not null and id > $2 order by id limit $3"
);
sql!(PAYMENTS, "select id, number from payment where business_id = $1 and id > $2 order by id limit $3");
sql!(REFUNDS, "select id, number from refund where business_id = $1 and id > $2 order by id limit $3");
sql!(
    INVOICES,
    "
    select id, number from invoice where business_id = $1 and number is not null and id > $2 order by id limit $3"
);
sql!(CREDIT_NOTES, "select id, number from credit_note where business_id = $1 and id > $2 order by id limit $3");
sql!(COUNTERS, "select series, next from counter where business_id = $1");

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut given: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    collect(reader, audit, &ORDERS, &["ORD", "APP"], |id| OrderId(id).to_string(), &mut given).await?;
    collect(reader, audit, &PAYMENTS, &["PAY"], |id| PaymentId(id).to_string(), &mut given).await?;
    collect(reader, audit, &REFUNDS, &["RFD"], |id| RefundId(id).to_string(), &mut given).await?;
    collect(reader, audit, &INVOICES, &["INV"], |id| InvoiceId(id).to_string(), &mut given).await?;
    collect(reader, audit, &CREDIT_NOTES, &["CN"], |id| CreditNoteId(id).to_string(), &mut given).await?;
    let counters: Vec<Series> = reader.query(&COUNTERS, &[&business]).await?;
    for counter in counters.iter().filter(|counter| parse(&format!("{}-00001", counter.series)).is_some()) {
        let numbers = given.remove(&counter.series).unwrap_or_default();
        series(audit, &counter.series, counter.next, numbers);
    }
    for (name, numbers) in given {
        audit.say("N1", name, "no counter", format!("{} numbers", numbers.len()));
    }
    Ok(())
}

async fn collect(
    reader: &mut Reader<'_>,
    audit: &mut Audit,
    sql: &'static Sql,
    prefixes: &[&str],
    shown: fn(Uuid) -> String,
    given: &mut BTreeMap<String, Vec<i64>>,
) -> Result<()> {
    let business: BusinessId = audit.business;
    let mut after = Uuid::nil();
    loop {
        let page: Vec<Numbered> = reader.query(sql, &[&business, &after, &PAGE]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for row in &page {
            match parse(&row.number).filter(|(series, _)| prefixes.iter().any(|prefix| series.starts_with(prefix))) {
                Some((series, number)) => given.entry(series.to_owned()).or_default().push(number),
                None => audit.say("N1", shown(row.id), &row.number, "not a number of its kind"),
            }
        }
    }
}

/// `ORD-2026-00042` is number 42 of the series `ORD-2026`.
fn parse(number: &str) -> Option<(&str, i64)> {
    let (series, digits) = number.rsplit_once('-')?;
    let (prefix, year) = series.split_once('-')?;
    let plain = |text: &str, least: usize| text.len() >= least && text.bytes().all(|b| b.is_ascii_digit());
    let known = PREFIXES.contains(&prefix) && year.len() == 4 && plain(year, 4) && plain(digits, 5);
    let number: i64 = digits.parse().ok()?;
    // Exactly as it is given, so that 00042 and 000042 are not two numbers.
    (known && format!("{number:05}") == digits).then_some((series, number))
}

/// Every number from 1 to the one before the counter's next, each once.
fn series(audit: &mut Audit, name: &str, next: i64, mut numbers: Vec<i64>) {
    numbers.sort_unstable();
    let mut expected = 1;
    let mut holes = 0;
    for number in numbers {
        if number < expected {
            audit.say("N1", format!("{name}-{number:05}"), "given once", "given twice");
            continue;
        }
        if number > expected && holes < MOST_HOLES {
            holes += 1;
            audit.say("N1", format!("{name}-{expected:05}"), "given", hole(expected, number - 1));
        }
        expected = number + 1;
    }
    if expected != next {
        audit.say("N1", name, format!("{next} is next"), format!("{} is the last", expected - 1));
    }
}

fn hole(from: i64, to: i64) -> String {
    if from == to { "missing".to_owned() } else { format!("missing, as all up to {to:05}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(parse("ORD-2026-00042"), Some(("ORD-2026", 42)));
        assert_eq!(parse("CN-2026-00007"), Some(("CN-2026", 7)));
        assert_eq!(parse("PAY-2026-123456"), Some(("PAY-2026", 123_456)));
        for bad in ["ORD-2026-42", "ORD-2026-000042", "ORD-26-00042", "XYZ-2026-00001", "ORD-2026", "", "ORD-2026-0004x"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
