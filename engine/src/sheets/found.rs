//! Find anything: customers, orders, invoices and payments by name, number, reference or amount.
//!
//! Invariant: every look-up goes through an index, so the answer comes at once however much there is. A number may be typed
//! whole or as its last digits; an amount finds customers who owe exactly that.

use books::calendar::Day;
use books::ids::{BusinessId, CustomerId};
use books::money::Currency;

use super::{invoice_list, order_list};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::customer::{self, CustomerLine, Sort, Wanted};
use crate::store::invoice;
use crate::store::order;
use crate::store::payment::{self, PaymentRow};

/// Documents of at most so many customers are looked through.
const CUSTOMERS: usize = 200;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub customers: Vec<CustomerLine>,
    pub orders: Vec<order_list::Listed>,
    pub invoices: Vec<invoice_list::Listed>,
    pub payments: Vec<PaymentRow>,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Looking {
    pub text: String,
    /// The text as an amount of the business's currency, in minor units, if it is one.
    pub amount: Option<i64>,
    pub currency: Currency,
    pub today: Day,
    /// At most so many of each.
    pub limit: i64,
}

/// The numbers a person may mean: as typed, or by its last digits in the series of this year and the two before.
fn numbers(text: &str, prefixes: &[&str], today: Day) -> Vec<String> {
    let text = text.trim().to_uppercase();
    let mut meant = Vec::new();
    if !text.is_empty() && text.len() <= 6 && text.bytes().all(|letter| letter.is_ascii_digit()) {
        for prefix in prefixes {
            meant.extend((0..3).map(|back| format!("{prefix}-{}-{text:0>5}", today.year() - back)));
        }
    }
    meant.push(text);
    meant
}

async fn customers(reader: &mut Reader<'_>, of: BusinessId, looking: &Looking) -> Result<Vec<CustomerLine>> {
    let wanted = Wanted {
        currency: looking.currency,
        sort: Sort::Owed,
        search: Some(looking.text.clone()),
        owes: false,
        credit: false,
        overdue: false,
        after: None,
        limit: looking.limit,
        today: looking.today.to_string(),
    };
    customer::list(reader, of, &wanted).await
}

/// Orders by number or customer, newest first.
pub async fn orders(db: &Db, of: BusinessId, looking: Looking) -> Result<Vec<order_list::Listed>> {
    db.read(async move |reader| {
        let ids = ids(&customers(reader, of, &looking).await?);
        let rows = order::found(reader, of, &ids, numbers(&looking.text, &["ORD", "APP"], looking.today), looking.limit).await?;
        order_list::listed(reader, of, rows).await
    })
    .await
}

/// Payments by number, reference or customer, newest first.
pub async fn payments(db: &Db, of: BusinessId, looking: Looking) -> Result<Vec<PaymentRow>> {
    db.read(async move |reader| {
        let ids = ids(&customers(reader, of, &looking).await?);
        payment::found(reader, of, &ids, numbers(&looking.text, &["PAY"], looking.today), &looking.text, looking.limit).await
    })
    .await
}

/// Everything that matches, customers by who owes most, documents newest first.
pub async fn find(db: &Db, of: BusinessId, looking: Looking) -> Result<Found> {
    db.read(async move |reader| {
        let mut people = customers(reader, of, &looking).await?;
        if let Some(amount) = looking.amount {
            let exactly = customer::owing_exactly(reader, of, looking.currency, amount, looking.today, looking.limit).await?;
            people.extend(exactly.into_iter().filter(|line| people.iter().all(|known| known.id != line.id)).collect::<Vec<_>>());
        }
        let by_name = ids(&people);
        let rows =
            order::found(reader, of, &by_name, numbers(&looking.text, &["ORD", "APP"], looking.today), looking.limit).await?;
        let payment_numbers = numbers(&looking.text, &["PAY"], looking.today);
        let payments = payment::found(reader, of, &by_name, payment_numbers, &looking.text, looking.limit).await?;
        let invoices =
            invoice::found(reader, of, &by_name, numbers(&looking.text, &["INV"], looking.today), looking.limit).await?;
        let invoices = invoice_list::listed(reader, of, invoices, looking.today).await?;
        people.truncate(usize::try_from(looking.limit).unwrap_or(0));
        Ok(Found { customers: people, orders: order_list::listed(reader, of, rows).await?, invoices, payments })
    })
    .await
}

fn ids(lines: &[CustomerLine]) -> Vec<CustomerId> {
    lines.iter().take(CUSTOMERS).map(|line| line.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_digits_name_numbers_of_three_years() {
        let today = books::calendar::parse_day("2026-03-01").expect("a day");
        assert_eq!(
            numbers(" 42 ", &["ORD", "APP"], today),
            ["ORD-2026-00042", "ORD-2025-00042", "ORD-2024-00042", "APP-2026-00042", "APP-2025-00042", "APP-2024-00042", "42"]
        );
        assert_eq!(numbers("ord-2026-00042", &["ORD"], today), ["ORD-2026-00042"]);
        assert_eq!(numbers("Ada", &["PAY"], today), ["ADA"]);
    }
}
