//! The worked numbers of the design, one test a row, named by its number.

use crate::story::check;

#[test]
fn case_01_an_order_is_amended_after_a_deposit() {
    check(
        "order O-1 480
         pay P-1 200 for O-1
         ? O-1
         amend O-1 add 75.50
         ? O-1
         ? balance",
        "O-1: total 480.00 paid 200.00 due 280.00
         O-1: total 555.50 paid 200.00 due 355.50
         balance -355.50",
    );
}

#[test]
fn case_02_removing_a_paid_item_gives_credit_and_a_refund_takes_it() {
    check(
        "order O-1 380 100
         pay P-1 200 for O-1
         amend O-1 add 75.50
         pay P-2 355.50 for O-1
         amend O-1 remove O-1.2
         ? O-1
         ? P-2
         ? balance
         refund P-2 100
         ? balance
         ? O-1",
        "O-1: total 455.50 paid 455.50 due 0.00
         P-2: part_applied free 100.00
         balance 100.00
         balance 0.00
         O-1: total 455.50 paid 455.50 due 0.00",
    );
}

#[test]
fn case_03_an_item_added_and_removed_leaves_nothing_behind() {
    check(
        "order O-1 480
         amend O-1 add 75.50
         amend O-1 remove O-1.2
         ? O-1
         ? balance
         ? entries",
        "O-1: total 480.00 due 480.00
         balance -480.00
         2026-01-10 order -480.00
         2026-01-10 order -75.50
         2026-01-10 amendment 75.50",
    );
}

#[test]
fn case_04_displaced_money_pays_the_same_order_first_even_with_application_off() {
    check(
        "application off
         order O-1 380 100
         pay P-1 480 for O-1
         amend O-1 add 75.50
         ? O-1
         amend O-1 remove O-1.2
         ? O-1
         ? P-1",
        "O-1: total 555.50 paid 480.00 due 75.50
         O-1: total 455.50 paid 455.50 due 0.00
         P-1: part_applied free 24.50",
    );
}

#[test]
fn case_05_an_issued_invoice_does_not_follow_the_order() {
    check(
        "order O-1 480
         invoice INV-1 of O-1
         pay P-1 200 for INV-1
         amend O-1 add 75.50
         ? INV-1
         ? O-1
         invoice INV-2 of O-1
         ? INV-2
         invoice INV-3 of O-1",
        "INV-1: part_paid total 480.00 paid 200.00 due 280.00
         O-1: total 555.50 paid 200.00 due 355.50
         INV-2: open total 75.50 due 75.50
         refused ALREADY_INVOICED",
    );
}

#[test]
fn case_07_money_for_an_order_that_became_cheaper_meanwhile() {
    check(
        "order O-1 255.50 100
         reserve R-1 355.50 for O-1
         amend O-1 remove O-1.2
         ? O-1
         release R-1
         pay P-1 355.50 for O-1 card
         ? O-1
         ? P-1",
        "O-1: total 255.50 due 255.50
         O-1: total 255.50 paid 255.50 due 0.00
         P-1: part_applied free 100.00",
    );
}

#[test]
fn case_09_an_invoice_covers_part_payments_from_before() {
    check(
        "order A-1 50
         pay P-1 30 for A-1
         approve A-1
         amend A-1 add 20 recognized
         invoice INV-1 of A-1
         ? INV-1",
        "INV-1: applied 30.00 due 40.00
         INV-1: part_paid total 70.00 paid 30.00 due 40.00",
    );
}

#[test]
fn case_10_what_was_paid_before_is_not_invoiced_and_nothing_is_twice() {
    check(
        "order A-1 50
         pay P-1 50 for A-1
         approve A-1
         amend A-1 add 20 recognized
         invoice INV-1 of A-1
         ? INV-1
         invoice INV-2 of A-1",
        "INV-1: open total 20.00 due 20.00
         refused ALREADY_INVOICED",
    );
}

#[test]
fn case_11_money_on_account_is_applied_to_the_next_invoice() {
    check(
        "pay P-1 700
         invoice INV-1 lines 1000
         ? INV-1
         ? balance",
        "INV-1: applied 700.00 due 300.00
         INV-1: part_paid total 1000.00 paid 700.00 due 300.00
         balance -300.00",
    );
}

#[test]
fn case_12_what_was_paid_too_much_is_refunded_from_the_free_part() {
    check(
        "invoice INV-1 lines 100
         pay P-1 130 for INV-1
         ? INV-1
         ? balance
         refund P-1 30
         ? INV-1
         ? balance",
        "INV-1: paid total 100.00 paid 100.00 due 0.00
         balance 30.00
         INV-1: paid total 100.00 paid 100.00 due 0.00
         balance 0.00",
    );
}

#[test]
fn case_14_a_credit_note_after_a_refund_pays_nothing_out_again() {
    check(
        "invoice INV-1 lines 100
         pay P-1 100 for INV-1
         refund P-1 30
         ? INV-1
         credit INV-1 30
         ? INV-1
         ? balance",
        "INV-1: part_paid total 100.00 paid 70.00 due 30.00
         credited 30.00 tax 0.00
         INV-1: paid total 100.00 paid 70.00 credited 30.00 due 0.00
         balance 0.00",
    );
}

#[test]
fn case_16_a_credit_note_closes_what_is_open_and_displaces_the_rest() {
    check(
        "invoice INV-1 lines 100
         pay P-1 60 for INV-1
         credit INV-1 70 to balance 29
         credit INV-1 70 to balance 30
         ? INV-1
         ? balance
         credit INV-1 30.01",
        "refused DOES_NOT_ADD_UP
         credited 70.00 tax 0.00 freed 30.00
         INV-1: paid total 100.00 paid 30.00 credited 70.00 due 0.00
         balance 30.00
         refused EXCEEDS_TOTAL",
    );
}

#[test]
fn case_17_voiding_reverses_its_own_lines_and_only_uncovers_an_orders() {
    check(
        "invoice INV-1 lines 100
         pay P-1 60 for INV-1
         void INV-1
         ? INV-1
         ? balance",
        "INV-1: void total 100.00 credited 100.00 due 0.00
         balance 60.00",
    );
    check(
        "order O-1 480
         invoice INV-1 of O-1
         pay P-1 300 for INV-1
         void INV-1
         ? INV-1
         ? O-1
         ? P-1
         invoice INV-2 of O-1
         ? INV-2",
        "INV-1: void total 480.00 credited 480.00 due 0.00
         O-1: total 480.00 paid 300.00 due 180.00
         P-1: applied free 0.00
         INV-2: applied 300.00 due 180.00
         INV-2: part_paid total 480.00 paid 300.00 due 180.00",
    );
}

#[test]
fn case_19_a_write_off_yields_before_money_is_displaced() {
    check(
        "invoice INV-1 lines 100
         pay P-1 60 for INV-1
         writeoff W-1 INV-1 40
         ? INV-1
         credit INV-1 50
         ? INV-1
         ? P-1
         ? W-1",
        "INV-1: paid total 100.00 paid 60.00 written off 40.00 due 0.00
         credited 50.00 tax 0.00 freed 10.00
         INV-1: paid total 100.00 paid 50.00 credited 50.00 due 0.00
         P-1: part_applied free 10.00
         W-1: reversed free 0.00",
    );
}

#[test]
fn case_22_a_reversal_frees_money_or_opens_charges() {
    check(
        "charge C-1 150
         pay P-1 150
         reverse C-1
         ? balance
         ? C-1
         reverse C-1",
        "balance 150.00
         C-1: reversed open 0.00
         refused ALREADY_REVERSED",
    );
    check(
        "charge C-1 50
         give M-1 50
         ? C-1
         reverse M-1
         ? C-1
         ? M-1
         ? balance",
        "C-1: paid open 0.00
         C-1: open open 50.00
         M-1: reversed free 0.00
         balance -50.00",
    );
}

#[test]
fn case_23_a_small_difference_goes_with_its_payment() {
    check(
        "tolerance 0.05
         invoice INV-1 lines 100
         pay P-1 99.97 for INV-1
         ? INV-1
         return P-1
         ? INV-1
         ? balance",
        "INV-1: paid total 100.00 paid 99.97 written off 0.03 due 0.00
         INV-1: open total 100.00 due 100.00
         balance -100.00",
    );
}

#[test]
fn case_24_a_full_credit_note_takes_the_late_fee_with_it_unless_kept() {
    let begin = "invoice INV-1 lines 100 due 2026-01-10
                 today 2026-02-01
                 fee F-1 INV-1 5
                 pay P-1 100 for INV-1
                 ? INV-1\n";
    check(
        &format!("{begin} credit INV-1 100\n ? INV-1\n ? balance"),
        "INV-1: part_paid total 100.00 fees 5.00 paid 100.00 due 5.00
         credited 100.00 tax 0.00 freed 100.00
         INV-1: paid total 100.00 credited 100.00 due 0.00
         balance 100.00",
    );
    check(
        &format!("{begin} credit INV-1 100 keep\n ? INV-1\n ? balance"),
        "INV-1: part_paid total 100.00 fees 5.00 paid 100.00 due 5.00
         credited 100.00 tax 0.00 freed 95.00
         INV-1: paid total 100.00 fees 5.00 paid 5.00 credited 100.00 due 0.00
         balance 95.00",
    );
}

#[test]
fn case_26_paying_what_the_account_owes_closes_everything() {
    check(
        "application off
         give M-1 100
         order O-1 480
         ? O-1
         ? balance
         pay P-1 380 account
         ? O-1
         ? M-1
         ? balance",
        "O-1: total 480.00 due 480.00
         balance -380.00
         O-1: total 480.00 paid 480.00 due 0.00
         M-1: applied free 0.00
         balance 0.00",
    );
}

#[test]
fn case_28_the_tax_of_two_credit_notes_is_the_tax_of_the_invoice() {
    check(
        "invoice INV-1 lines 108.25 tax 8.25
         credit INV-1 50
         credit INV-1 58.25
         ? INV-1",
        "credited 50.00 tax 3.81
         credited 58.25 tax 4.44
         INV-1: paid total 108.25 credited 108.25 due 0.00",
    );
}

#[test]
fn case_29_the_past_follows_what_is_entered_until_it_is_locked() {
    check(
        "charge C-1 100 on 2026-01-10 due 2026-01-31
         today 2026-02-01
         ? as at 2026-01-31
         today 2026-02-03
         pay P-1 100 on 2026-01-25
         ? as at 2026-01-31
         ? as at 2026-01-24
         lock 2026-01-31
         pay P-2 10 on 2026-01-25",
        "as at 2026-01-31 -100.00
         as at 2026-01-31 0.00
         as at 2026-01-24 -100.00
         refused PERIOD_LOCKED",
    );
}

#[test]
fn case_30_every_entry_has_its_journal() {
    check(
        "order O-1 480 tax 36
         ? journal O-1
         pay P-1 200 for O-1
         ? journal P-1
         invoice INV-1 of O-1
         ? journal O-1
         credit INV-1 100
         ? journal INV-1
         writeoff W-1 INV-1 40
         ? journal W-1",
        "debit receivable 480.00
         credit uninvoiced 480.00
         debit cash 200.00
         credit receivable 200.00
         INV-1: applied 200.00 due 280.00
         debit receivable 480.00
         credit uninvoiced 480.00
         debit uninvoiced 480.00
         credit revenue 444.00
         credit tax_payable 36.00
         credited 100.00 tax 7.50
         debit revenue 92.50
         debit tax_payable 7.50
         credit receivable 100.00
         debit bad_debt 40.00
         credit receivable 40.00",
    );
}
