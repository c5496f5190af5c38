//! The words that papers print, one table a language.
//!
//! Invariant: every language has every word, or it does not compile. `{0}` and `{1}` stand for what [`fill`] puts
//! there. Left out on purpose: plurals beyond one and many, which these few sentences do not need.

mod de;
mod en;
mod es;
mod fr;

/// Every word of one language.
pub(crate) struct Words {
    /// ISO 639-1.
    pub(crate) language: &'static str,
    /// Short names of the months, January first.
    pub(crate) months: [&'static str; 12],

    // Titles.
    pub(crate) order: &'static str,
    pub(crate) application: &'static str,
    pub(crate) invoice: &'static str,
    pub(crate) credit_note: &'static str,
    pub(crate) receipt: &'static str,
    pub(crate) refund: &'static str,
    pub(crate) statement: &'static str,
    pub(crate) draft: &'static str,

    // Who and which.
    pub(crate) page: &'static str,
    pub(crate) billed_to: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) applicant: &'static str,
    pub(crate) received_from: &'static str,
    pub(crate) from: &'static str,
    pub(crate) order_no: &'static str,
    pub(crate) application_no: &'static str,
    pub(crate) invoice_no: &'static str,
    pub(crate) credit_note_no: &'static str,
    pub(crate) payment_no: &'static str,
    pub(crate) customer_no: &'static str,
    pub(crate) date: &'static str,
    pub(crate) ordered: &'static str,
    pub(crate) submitted: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) due: &'static str,
    pub(crate) terms: &'static str,
    pub(crate) your_reference: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) amounts_in: &'static str,

    // Lines and sums.
    pub(crate) description: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) unit_price: &'static str,
    pub(crate) tax: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) subtotal: &'static str,
    pub(crate) tax_on: &'static str,
    pub(crate) tax_within: &'static str,
    pub(crate) total: &'static str,
    /// What the lines of a table come to at the end of a page.
    pub(crate) carried_over: &'static str,
    pub(crate) late_fees: &'static str,
    pub(crate) credited: &'static str,
    pub(crate) written_off: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) already_paid: &'static str,
    pub(crate) applied_balance: &'static str,
    pub(crate) amount_due: &'static str,
    pub(crate) due_at_issue: &'static str,
    pub(crate) due_on: &'static str,
    pub(crate) nothing_to_pay: &'static str,
    pub(crate) not_a_demand: &'static str,

    // Amendments.
    pub(crate) added: &'static str,
    pub(crate) removed: &'static str,
    pub(crate) items_added: &'static str,
    pub(crate) shipping: &'static str,
    pub(crate) extra_service: &'static str,
    pub(crate) correction: &'static str,

    // Payments.
    pub(crate) payments: &'static str,
    pub(crate) method: &'static str,
    pub(crate) of_payment: &'static str,
    pub(crate) card: &'static str,
    pub(crate) ending: &'static str,
    pub(crate) card_terminal: &'static str,
    pub(crate) cash: &'static str,
    pub(crate) check: &'static str,
    pub(crate) check_number: &'static str,
    pub(crate) bank_transfer: &'static str,
    pub(crate) bank_debit: &'static str,
    pub(crate) other_means: &'static str,

    // Marks.
    pub(crate) mark_unpaid: &'static str,
    pub(crate) mark_part_paid: &'static str,
    pub(crate) mark_paid: &'static str,
    pub(crate) mark_overdue: &'static str,
    pub(crate) mark_pending: &'static str,
    pub(crate) mark_void: &'static str,
    pub(crate) mark_uncollectible: &'static str,
    pub(crate) mark_canceled: &'static str,

    // How to pay.
    pub(crate) pay_online: &'static str,
    pub(crate) pay_scan: &'static str,
    pub(crate) pay_by_transfer: &'static str,
    pub(crate) quote_number: &'static str,
    pub(crate) qr_alt: &'static str,

    // The sheet behind an invoice.
    pub(crate) as_at: &'static str,
    pub(crate) as_at_lead: &'static str,
    pub(crate) since_issue: &'static str,
    pub(crate) change: &'static str,
    pub(crate) number: &'static str,
    pub(crate) change_payment: &'static str,
    pub(crate) change_credit_note: &'static str,
    pub(crate) change_late_fee: &'static str,
    pub(crate) change_write_off: &'static str,
    pub(crate) change_refund: &'static str,
    pub(crate) change_return: &'static str,
    pub(crate) change_reversal: &'static str,
    pub(crate) change_void: &'static str,

    // Credit note.
    pub(crate) credits_invoice: &'static str,
    pub(crate) credited_total: &'static str,
    pub(crate) due_before: &'static str,
    pub(crate) due_after: &'static str,
    pub(crate) freed: &'static str,
    pub(crate) goes_to: &'static str,
    pub(crate) to_balance: &'static str,
    pub(crate) to_means: &'static str,
    pub(crate) to_outside: &'static str,

    // Receipt.
    pub(crate) amount_received: &'static str,
    pub(crate) received: &'static str,
    pub(crate) received_at: &'static str,
    pub(crate) counts_for: &'static str,
    pub(crate) what_for: &'static str,
    pub(crate) document: &'static str,
    pub(crate) applied: &'static str,
    pub(crate) still_due: &'static str,
    pub(crate) tendered: &'static str,
    pub(crate) change_given: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) credit_left: &'static str,
    pub(crate) still_owed: &'static str,
    pub(crate) mark_refunded: &'static str,

    // Refund.
    pub(crate) refund_no: &'static str,
    pub(crate) amount_refunded: &'static str,
    pub(crate) refunded_to: &'static str,
    pub(crate) refunded_at: &'static str,
    pub(crate) payment_was: &'static str,
    pub(crate) refunded_before: &'static str,
    pub(crate) left_of_payment: &'static str,
    pub(crate) owed_again: &'static str,

    // Statement and letter.
    pub(crate) period: &'static str,
    pub(crate) opening: &'static str,
    pub(crate) closing: &'static str,
    pub(crate) charges: &'static str,
    pub(crate) credits: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) activity: &'static str,
    pub(crate) amount_owed: &'static str,
    pub(crate) credit_balance: &'static str,
    pub(crate) sign_note: &'static str,
    pub(crate) opening_differs: &'static str,
    pub(crate) entered_since: &'static str,
    pub(crate) ageing: &'static str,
    pub(crate) not_yet_due: &'static str,
    pub(crate) days: &'static str,
    pub(crate) over_days: &'static str,
    pub(crate) free_credit: &'static str,
    pub(crate) open_items: &'static str,
    pub(crate) open: &'static str,
    pub(crate) one_day_late: &'static str,
    pub(crate) days_late: &'static str,
}

/// The languages there are; the first stands in for all others.
const ALL: [&Words; 4] = [&en::WORDS, &es::WORDS, &fr::WORDS, &de::WORDS];

/// The words of a language by its ISO 639-1 code, English where it has none here.
pub(crate) fn of(language: &str) -> &'static Words {
    ALL.into_iter().find(|words| words.language == language).unwrap_or(ALL[0])
}

/// The sentence with `{0}`, `{1}` replaced. What is put in is not read again.
pub(crate) fn fill(sentence: &str, parts: &[&str]) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(at) = rest.find('{') {
        let place = rest[at + 1..].chars().next().and_then(|digit| digit.to_digit(10)).map(|digit| digit as usize);
        out.push_str(&rest[..at]);
        match place.and_then(|place| parts.get(place)) {
            Some(part) => {
                out.push_str(part);
                rest = &rest[at + 3..];
            }
            None => {
                out.push('{');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        assert_eq!(fill("{1} of {0}", &["{1}", "b"]), "b of {1}");
        assert_eq!(fill("a { b {9}", &["x"]), "a { b {9}");
    }

    #[test]
    fn an_unknown_language_is_english() {
        assert_eq!(of("de").invoice, "Rechnung");
        assert_eq!(of("tlh").invoice, "Invoice");
    }
}
