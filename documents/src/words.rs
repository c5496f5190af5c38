//! The words that papers print by themselves, as a table of one language: headings, columns, marks.
//!
//! They stand in `locale/locales/<language>/paper.ftl` under `paper-` and the field's own name; a field without its key is
//! found by `locale/tests/keys.rs`. Sentences that take values are said by `Tongue::say` where they are
//! printed.

use std::sync::LazyLock;

use locale::{Language, plain};

macro_rules! table {
    ($($field:ident),* $(,)?) => {
        /// Every plain word of one language.
        pub(crate) struct Words {
            $(pub(crate) $field: &'static str,)*
        }

        fn of_language(language: Language) -> Words {
            Words { $($field: plain(language, concat!("paper-", stringify!($field))),)* }
        }
    };
}

table! {
    // Titles.
    order, application, invoice, credit_note, receipt, refund, statement, draft,
    // Who and which.
    page, billed_to, customer, applicant, received_from, from, order_no, application_no, invoice_no, credit_note_no,
    payment_no, customer_no, date, ordered, submitted, issued, due, terms, your_reference, reference, reason,
    // Lines and sums.
    description, quantity, unit_price, tax, amount, subtotal, total, carried_over, late_fees, credited, written_off,
    paid, already_paid, applied_balance, amount_due, due_at_issue, nothing_to_pay, not_a_demand,
    // Amendments.
    items_added, shipping, extra_service, correction,
    // Payments.
    payments, method, card, card_terminal, cash, check, bank_transfer, bank_debit, other_means,
    // Marks.
    mark_unpaid, mark_part_paid, mark_paid, mark_overdue, mark_pending, mark_void, mark_uncollectible, mark_canceled,
    // How to pay.
    pay_online, pay_scan, pay_by_transfer, quote_number,
    // The sheet behind an invoice.
    since_issue, change, number, change_payment, change_credit_note, change_late_fee, change_write_off, change_refund,
    change_return, change_reversal, change_void,
    // Credit note.
    credited_total, due_before, due_after, freed, goes_to, to_balance, to_outside,
    // Receipt.
    amount_received, received, counts_for, what_for, document, applied, still_due, tendered, change_given, refunded,
    credit_left, still_owed, mark_refunded,
    // Refund.
    refund_no, amount_refunded, refunded_to, refunded_before, left_of_payment, owed_again,
    // Statement and letter.
    opening, closing, charges, credits, balance, activity, amount_owed, credit_balance, entered_since, ageing,
    not_yet_due, free_credit, open_items, open,
}

static WORDS: LazyLock<[Words; 4]> = LazyLock::new(|| Language::ALL.map(of_language));

/// The words of a language.
pub(crate) fn of(language: Language) -> &'static Words {
    &WORDS[Language::ALL.iter().position(|known| *known == language).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_table() {
        // Reading a word that is not there, or that takes values, stops a test.
        for language in Language::ALL {
            assert!(!of(language).invoice.is_empty());
        }
        assert_eq!((of(Language::German).invoice, of(Language::French).credit_note), ("Rechnung", "Avoir"));
    }
}
