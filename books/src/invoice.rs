//! Invoices: a demand for payment, its states, what *overdue* means, and when it is complete enough to be issued.
//!
//! Invariants: only *draft*, *issued*, *void* and *uncollectible* are stored, because a person decided them; open,
//! part-paid and paid follow from the figures. An issued invoice never changes; what it says later is in its figures.
//! Left out: its charges (`account/bill.rs`), numbers, and the frozen texts.

use crate::calendar::Day;
use crate::figures::Figures;
use crate::words::words;

words! {
    /// What a person decided about an invoice.
    InvoiceStanding {
        Draft = "draft",
        Issued = "issued",
        Void = "void",
        /// Everything open was given up.
        Uncollectible = "uncollectible",
    }
}

words! {
    /// The state that is shown.
    InvoiceState {
        Draft = "draft",
        Open = "open",
        PartPaid = "part_paid",
        Paid = "paid",
        Void = "void",
        Uncollectible = "uncollectible",
    }
}

/// The state of an invoice with these figures. Money that comes after all shows: an uncollectible invoice that owes
/// again is open again.
pub fn invoice_state(standing: InvoiceStanding, figures: &Figures) -> InvoiceState {
    match standing {
        InvoiceStanding::Draft => InvoiceState::Draft,
        InvoiceStanding::Void => InvoiceState::Void,
        InvoiceStanding::Uncollectible if figures.amount_due == 0 && figures.written_off > 0 => InvoiceState::Uncollectible,
        InvoiceStanding::Issued | InvoiceStanding::Uncollectible => match (figures.amount_due, figures.paid) {
            (0, _) => InvoiceState::Paid,
            (_, 0) => InvoiceState::Open,
            _ => InvoiceState::PartPaid,
        },
    }
}

/// Past a named due day with something due. Without a named due day an invoice is aged but never overdue.
pub fn is_overdue(figures: &Figures, due_on: Option<Day>, today: Day) -> bool {
    figures.amount_due > 0 && due_on.is_some_and(|due| due < today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_day;

    fn figures(paid: i64, written_off: i64, amount_due: i64) -> Figures {
        Figures { total: paid + written_off + amount_due, paid, written_off, amount_due, ..Figures::default() }
    }

    #[test]
    fn the_state_follows_the_figures() {
        use InvoiceStanding::*;
        let cases = [
            (Draft, figures(0, 0, 0), "draft"),
            (Issued, figures(0, 0, 100), "open"),
            (Issued, figures(40, 0, 60), "part_paid"),
            (Issued, figures(100, 0, 0), "paid"),
            (Issued, figures(60, 40, 0), "paid"),
            (Uncollectible, figures(60, 40, 0), "uncollectible"),
            (Uncollectible, figures(100, 0, 0), "paid"),
            (Uncollectible, figures(0, 40, 60), "open"),
            (Void, figures(0, 0, 0), "void"),
        ];
        for (standing, figures, want) in cases {
            assert_eq!(invoice_state(standing, &figures).as_str(), want);
        }
    }

    #[test]
    fn overdue_needs_a_named_day_that_has_passed() {
        let day = |text| parse_day(text).expect("a day");
        let owed = figures(0, 0, 100);
        assert!(!is_overdue(&owed, Some(day("2026-01-31")), day("2026-01-31")));
        assert!(is_overdue(&owed, Some(day("2026-01-31")), day("2026-02-01")));
        assert!(!is_overdue(&owed, None, day("2030-01-01")));
        assert!(!is_overdue(&figures(100, 0, 0), Some(day("2026-01-31")), day("2026-02-01")));
    }
}
