//! The lines that an invoice prints for a charge it covers: those of its order as they stand, or the charge itself.
//!
//! Invariant: the lines of a charge come to exactly what reductions have left of it, gross and tax. Where they would not (a
//! discount that was given later lessens charges and no line) a line for the difference is added. Pure.

use std::collections::BTreeMap;

use books::ids::{AmendmentId, EntryId, InvoiceLineId, OrderLineId};
use books::tax::{TaxRate, TaxSum};

use crate::store::invoice::{Invoice, InvoiceLine};
use crate::store::order::OrderLine;

/// A charge as an invoice bills it. Minor units.
#[derive(Debug, Clone)]
pub(crate) struct Billing<'a> {
    pub charge: EntryId,
    /// The amendment that posted it.
    pub amendment: Option<AmendmentId>,
    pub description: &'a str,
    /// What reductions have left of it.
    pub gross: i64,
    pub tax: i64,
}

/// A line to be printed. `net + tax = gross`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    pub charge: EntryId,
    /// The order's line that it is a copy of.
    pub order_line: Option<OrderLineId>,
    pub kind: String,
    pub description: String,
    pub quantity: String,
    pub unit: Option<String>,
    pub unit_amount: i64,
    pub tax_rate: Option<String>,
    pub tax_included: bool,
    pub net: i64,
    pub tax: i64,
    pub gross: i64,
}

impl Billed {
    /// As a line of an invoice, not yet written.
    pub(crate) fn on(self, invoice: &Invoice, id: InvoiceLineId, position: i64) -> InvoiceLine {
        InvoiceLine {
            business_id: invoice.business_id,
            id,
            invoice_id: invoice.id,
            position,
            kind: self.kind,
            description: self.description,
            quantity: self.quantity,
            unit: self.unit,
            unit_amount: self.unit_amount,
            tax_rate: self.tax_rate,
            tax_included: self.tax_included,
            net: self.net,
            tax: self.tax,
            gross: self.gross,
            credited: 0,
            credited_tax: 0,
            order_line_id: self.order_line,
            entry_id: Some(self.charge),
        }
    }
}

/// The lines of one charge. `lines` may hold those of other charges too.
pub(crate) fn billed(billing: &Billing<'_>, lines: &[OrderLine]) -> Vec<Billed> {
    let own = |line: &&OrderLine| line.entry_id == Some(billing.charge) && line.removed_by.is_none();
    let mut printed: Vec<Billed> = lines.iter().filter(own).map(|line| copy(billing.charge, line)).collect();
    printed.extend(owed_again(billing, lines));
    let (gross, tax): (i64, i64) = printed.iter().fold((0, 0), |sum, line| (sum.0 + line.gross, sum.1 + line.tax));
    let (more, more_tax) = (billing.gross - gross, billing.tax - tax);
    if more != 0 || more_tax != 0 {
        let description = match (printed.is_empty(), more < 0) {
            (true, _) => billing.description,
            (false, true) => "Discount",
            (false, false) => "Adjustment",
        };
        let tax_rate = if more_tax == 0 { None } else { usual_rate(&printed) };
        printed.push(Billed {
            charge: billing.charge,
            order_line: None,
            kind: if more < 0 { "discount" } else { "item" }.to_owned(),
            description: description.to_owned(),
            quantity: "1".to_owned(),
            unit: None,
            unit_amount: more - more_tax,
            tax_rate,
            tax_included: false,
            net: more - more_tax,
            tax: more_tax,
            gross: more,
        });
    }
    printed
}

/// A charge that has no line because a discount was taken off: that discount with the other sign, so that its tax has its rate.
fn owed_again(billing: &Billing<'_>, lines: &[OrderLine]) -> Vec<Billed> {
    if billing.amendment.is_none() || lines.iter().any(|line| line.entry_id == Some(billing.charge)) {
        return Vec::new();
    }
    let again = |line: &&OrderLine| line.gross < 0 && line.entry_id.is_some() && line.removed_by == billing.amendment;
    let printed = |line: &OrderLine| Billed {
        order_line: None,
        kind: "item".to_owned(),
        description: format!("{}: {}", billing.description, line.description),
        unit_amount: -line.unit_amount,
        net: -line.net,
        tax: -line.tax,
        gross: -line.gross,
        ..copy(billing.charge, line)
    };
    lines.iter().filter(again).map(printed).collect()
}

fn copy(charge: EntryId, line: &OrderLine) -> Billed {
    Billed {
        charge,
        order_line: Some(line.id),
        kind: line.kind.clone(),
        description: line.description.clone(),
        quantity: line.quantity.clone(),
        unit: line.unit.clone(),
        unit_amount: line.unit_amount,
        tax_rate: line.tax_rate.clone(),
        tax_included: line.tax_included,
        net: line.net,
        tax: line.tax,
        gross: line.gross,
    }
}

/// The rate that most tax of these lines was charged at.
fn usual_rate(lines: &[Billed]) -> Option<String> {
    let taxed = lines.iter().filter(|line| line.tax_rate.is_some());
    taxed.max_by_key(|line| line.tax.abs()).and_then(|line| line.tax_rate.clone())
}

/// The tax table of lines: by rate, lowest first. Lines without a rate are in none.
pub fn taxes<'a>(lines: impl IntoIterator<Item = &'a InvoiceLine>) -> Vec<TaxSum> {
    let mut sums: BTreeMap<TaxRate, (i64, i64)> = BTreeMap::new();
    for line in lines {
        if let Some(rate) = line.tax_rate.as_deref().and_then(|rate| rate.parse().ok()) {
            let sum = sums.entry(rate).or_default();
            *sum = (sum.0 + line.net, sum.1 + line.tax);
        }
    }
    sums.into_iter().map(|(rate, (net, tax))| TaxSum { rate, net, tax }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use books::ids::{AmendmentId, BusinessId, OrderId};
    use uuid::Uuid;

    fn line(charge: EntryId, gross: i64, tax: i64) -> OrderLine {
        OrderLine {
            business_id: BusinessId(Uuid::nil()),
            id: OrderLineId(Uuid::nil()),
            order_id: OrderId(Uuid::nil()),
            position: 1,
            kind: "item".into(),
            description: "Oak table".into(),
            quantity: "1".into(),
            unit: None,
            unit_amount: gross - tax,
            tax_rate: (tax != 0).then(|| "10".to_owned()),
            tax_included: false,
            net: gross - tax,
            tax,
            gross,
            credited: 0,
            credited_tax: 0,
            entry_id: Some(charge),
            added_by: None,
            removed_by: None,
        }
    }

    #[test]
    fn lines_come_to_what_is_left_of_the_charge() {
        let charge = EntryId(Uuid::from_u128(1));
        let gone = OrderLine { removed_by: Some(AmendmentId(Uuid::nil())), ..line(charge, 5_500, 500) };
        let lines = [line(charge, 11_000, 1_000), gone, line(EntryId(Uuid::from_u128(2)), 700, 0)];
        let of = |gross, tax| billed(&Billing { charge, amendment: None, description: "Order ORD-1", gross, tax }, &lines);
        let shown = |printed: Vec<Billed>| printed.into_iter().map(|line| (line.description, line.gross)).collect::<Vec<_>>();
        assert_eq!(shown(of(11_000, 1_000)), [("Oak table".to_owned(), 11_000)]);
        let printed = of(8_800, 800);
        assert_eq!(printed[1].tax_rate.as_deref(), Some("10"));
        assert_eq!((printed[1].net, printed[1].tax), (-2_000, -200));
        assert_eq!(shown(printed), [("Oak table".to_owned(), 11_000), ("Discount".to_owned(), -2_200)]);
        let alone = billed(&Billing { charge, amendment: None, description: "Call-out", gross: 900, tax: 0 }, &[]);
        assert_eq!(shown(alone), [("Call-out".to_owned(), 900)]);
    }
    #[test]
    fn a_discount_that_was_taken_off_is_billed_at_its_own_rate() {
        let (first, again) = (EntryId(Uuid::from_u128(1)), EntryId(Uuid::from_u128(2)));
        let amendment = Some(AmendmentId(Uuid::from_u128(3)));
        let discount = OrderLine { removed_by: amendment, description: "Friends".into(), ..line(first, -1_100, -100) };
        let lines = [line(first, 11_000, 1_000), discount];
        let of =
            |gross, tax| billed(&Billing { charge: again, amendment, description: "Discount taken off", gross, tax }, &lines);
        let whole = of(1_100, 100);
        assert_eq!(whole.len(), 1);
        assert_eq!((whole[0].net, whole[0].tax, whole[0].tax_rate.as_deref()), (1_000, 100, Some("10")));
        assert_eq!((whole[0].unit_amount, whole[0].description.as_str()), (1_000, "Discount taken off: Friends"));
        // What was credited of it since is a discount at the same rate.
        let lessened = of(550, 50);
        assert_eq!((lessened[1].gross, lessened[1].tax, lessened[1].tax_rate.as_deref()), (-550, -50, Some("10")));
        // Another charge of the same amendment has lines of its own.
        assert_eq!(billed(&Billing { charge: first, amendment, description: "Order", gross: 9_900, tax: 900 }, &lines).len(), 2);
    }
}
