//! Invoices: what they claim, how they end, credit notes, ages, and tax in parts. In the order of the rules.

use crate::story::check;

#[test]
fn rule_08_a_charge_is_on_one_live_invoice() {
    check(
        "charge C-1 40
         invoice INV-1 bills C-1
         invoice INV-2 bills C-1
         reverse C-1
         void INV-1
         invoice INV-3 bills C-1
         ? INV-3
         void INV-3
         reverse C-1
         ? balance",
        "refused ALREADY_INVOICED
         refused ALREADY_INVOICED
         INV-3: open total 40.00 due 40.00
         balance 0.00",
    );
}

#[test]
fn rule_08_a_reduction_before_issue_lowers_the_total_after_it_is_a_credit_note() {
    check(
        "order O-1 100 50 25
         amend O-1 remove O-1.3
         invoice INV-1 of O-1
         ? INV-1
         pay P-1 150 for INV-1
         amend O-1 remove O-1.2
         ? INV-1
         ? O-1
         void INV-1",
        "INV-1: open total 150.00 due 150.00
         credit note of 50.00
         INV-1: paid total 150.00 paid 100.00 credited 50.00 due 0.00
         O-1: total 150.00 paid 100.00 credited 50.00 due 0.00
         refused CREDIT_NOTE_STANDS",
    );
}

#[test]
fn rule_10_voiding_takes_late_fees_along_unless_they_are_kept() {
    check(
        "invoice INV-1 lines 100 due 2026-01-05
         fee F-1 INV-1 5
         pay P-1 105 for INV-1
         ? INV-1
         void INV-1
         ? F-1
         ? balance",
        "INV-1: paid total 100.00 fees 5.00 paid 105.00 due 0.00
         F-1: paid open 0.00
         balance 105.00",
    );
    check(
        "invoice INV-1 lines 100 due 2026-01-05
         fee F-1 INV-1 5
         void INV-1 keep
         ? F-1
         ? balance",
        "F-1: open open 5.00
         balance -5.00",
    );
}

#[test]
fn rule_10_canceling_an_invoiced_order_takes_its_late_fee_along() {
    check(
        "order O-1 100
         invoice INV-1 of O-1 due 2026-01-05
         fee F-1 INV-1 5
         pay P-1 105 for INV-1
         cancel O-1
         ? INV-1
         ? F-1
         ? balance",
        "INV-1: paid total 100.00 credited 100.00 due 0.00
         F-1: reversed open 0.00
         balance 105.00",
    );
}

#[test]
fn rule_11_an_invoice_as_a_whole_is_closed_before_money_is_freed() {
    check(
        "order A-1 50
         pay P-1 50 for A-1
         amend A-1 add 10
         amend A-1 add 40
         invoice INV-1 of A-1
         pay P-2 10 for INV-1
         credit INV-1 line A-1.2 10
         ? INV-1
         credit INV-1 40
         ? INV-1",
        "credited 10.00 tax 0.00
         INV-1: part_paid total 50.00 paid 10.00 credited 10.00 due 30.00
         credited 40.00 tax 0.00 freed 10.00
         INV-1: paid total 50.00 credited 50.00 due 0.00",
    );
}

#[test]
fn rule_11_dates_and_fees_of_credit_notes() {
    check(
        "invoice INV-1 lines 100 due 2026-01-05
         fee F-1 INV-1 5
         today 2026-02-01
         credit INV-1 10 on 2026-01-09
         credit INV-1 10 on 2026-02-02
         credit INV-1 line F-1 5
         credit INV-1 10 on 2026-01-20
         ? as at 2026-01-19
         ? as at 2026-01-20
         lock 2026-01-31
         credit INV-1 10 on 2026-01-31",
        "refused DATE_OUT_OF_RANGE
         refused DATE_OUT_OF_RANGE
         refused NOT_FOUND
         credited 10.00 tax 0.00
         as at 2026-01-19 -105.00
         as at 2026-01-20 -95.00
         refused PERIOD_LOCKED",
    );
}

#[test]
fn rule_14_ageing_goes_by_the_invoices_due_day() {
    check(
        "charge C-1 10 on 2026-01-01
         charge C-2 20 on 2026-01-01 due 2026-01-31
         today 2026-01-15
         invoice INV-1 bills C-2 due 2026-02-28
         pay P-1 5 held
         ? ageing 2026-01-15
         ? ageing 2026-03-31
         ? ageing 2026-01-01",
        "20.00 | 10.00 | 0.00 | 0.00 | 0.00 | 30.00 | 5.00
         0.00 | 0.00 | 20.00 | 10.00 | 0.00 | 30.00 | 5.00
         30.00 | 0.00 | 0.00 | 0.00 | 0.00 | 30.00 | 0.00",
    );
}

#[test]
fn rule_16_the_last_part_takes_the_tax_that_is_left() {
    check(
        "order O-1 107 107 tax 7
         invoice INV-1 of O-1
         credit INV-1 line O-1.1 50
         amend O-1 remove O-1.1
         credit INV-1 107
         ? journal INV-1",
        "credited 50.00 tax 3.27
         credit note of 57.00
         credited 107.00 tax 0.00
         debit revenue 107.00
         credit receivable 107.00",
    );
}
