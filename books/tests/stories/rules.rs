//! What each rule does where the worked numbers are silent, in the order of the rules.

use crate::story::check;

#[test]
fn rule_02_an_amendment_displaces_the_newest_money_first() {
    check(
        "order O-1 60 40
         pay P-1 50 for O-1
         pay P-2 50 for O-1
         amend O-1 remove O-1.2
         ? P-1
         ? P-2
         ? O-1",
        "P-1: applied free 0.00
         P-2: part_applied free 40.00
         O-1: total 60.00 paid 60.00 due 0.00",
    );
}

#[test]
fn rule_02_card_money_goes_first_when_some_goes_to_the_card() {
    check(
        "invoice INV-1 lines 100
         pay P-1 60 for INV-1 card
         pay P-2 40 for INV-1
         credit INV-1 50 to card 51
         credit INV-1 70 to card 61 outside 9
         credit INV-1 70 to card 60 outside 10
         ? INV-1
         ? P-1
         ? P-2
         ? balance",
        "refused DOES_NOT_ADD_UP
         refused DOES_NOT_ADD_UP
         credited 70.00 tax 0.00 freed 70.00
         INV-1: paid total 100.00 paid 30.00 credited 70.00 due 0.00
         P-1: unapplied free 60.00
         P-2: applied free 0.00
         balance 60.00",
    );
}

#[test]
fn rule_02_displaced_money_pays_other_invoices_unless_sent_elsewhere() {
    check(
        "invoice INV-1 lines 100 due 2026-01-20
         pay P-1 100 for INV-1
         invoice INV-2 lines 30 due 2026-01-25
         credit INV-1 50
         ? INV-2
         ? P-1
         ? balance",
        "credited 50.00 tax 0.00 freed 50.00
         INV-2: paid total 30.00 paid 30.00 due 0.00
         P-1: part_applied free 20.00
         balance 20.00",
    );
}

#[test]
fn rule_03_a_refund_reopens_the_newest_allocation_and_of_one_flow_the_latest_due() {
    check(
        "invoice INV-1 lines 50 due 2026-02-20
         invoice INV-2 lines 50 due 2026-01-20
         pay P-1 100 for INV-1 INV-2
         refund P-1 20
         ? INV-1
         ? INV-2
         refund P-1 10 reopens INV-2 10
         ? INV-1
         ? INV-2
         refund P-1 71",
        "INV-1: part_paid total 50.00 paid 30.00 due 20.00
         INV-2: paid total 50.00 paid 50.00 due 0.00
         INV-1: part_paid total 50.00 paid 30.00 due 20.00
         INV-2: part_paid total 50.00 paid 40.00 due 10.00
         refused NOTHING_REFUNDABLE",
    );
}

#[test]
fn rule_03_what_a_return_cannot_find_is_owed() {
    check(
        "invoice INV-1 lines 100
         pay P-1 100 for INV-1 card
         refund P-1 40
         ? INV-1
         return P-1
         ? INV-1
         ? balance
         ? entries
         return P-1",
        "INV-1: part_paid total 100.00 paid 60.00 due 40.00
         INV-1: open total 100.00 due 100.00
         balance -140.00
         2026-01-10 invoice -100.00
         2026-01-10 payment 100.00
         2026-01-10 refund -40.00
         2026-01-10 return -100.00
         refused NOTHING_REFUNDABLE",
    );
}

#[test]
fn rule_04_money_that_names_an_uncollectible_invoice_is_a_recovery() {
    check(
        "invoice INV-1 lines 100
         writeoff W-1 INV-1
         ? INV-1
         pay P-1 30
         ? INV-1
         ? P-1
         pay P-2 60 for INV-1
         ? INV-1
         ? W-1
         ? balance",
        "INV-1: paid total 100.00 written off 100.00 due 0.00
         INV-1: paid total 100.00 written off 100.00 due 0.00
         P-1: unapplied free 30.00
         INV-1: paid total 100.00 paid 60.00 written off 40.00 due 0.00
         W-1: reversed free 0.00
         balance 30.00",
    );
}

#[test]
fn rule_04_a_write_off_over_several_charges_keeps_what_is_not_needed() {
    check(
        "charge C-1 60 due 2026-01-15
         charge C-2 40 due 2026-01-20
         invoice INV-1 bills C-1 C-2
         writeoff W-1 INV-1 100
         credit INV-1 line C-2 30
         ? INV-1
         ? C-1
         ? C-2
         writeoff W-2 INV-1 1",
        "credited 30.00 tax 0.00
         INV-1: paid total 100.00 credited 30.00 written off 70.00 due 0.00
         C-1: paid open 0.00
         C-2: paid open 0.00
         refused NO_BALANCE",
    );
}

#[test]
fn rule_04_a_small_difference_is_only_for_the_document_that_was_named() {
    check(
        "tolerance 0.05
         invoice INV-1 lines 100 due 2026-01-20
         invoice INV-2 lines 100 due 2026-01-21
         pay P-1 99.94 for INV-1
         ? INV-1
         pay P-2 0.02 for INV-1
         ? INV-1
         pay P-3 99.97
         ? INV-2
         refund P-2 0.01
         ? INV-1",
        "INV-1: part_paid total 100.00 paid 99.94 due 0.06
         INV-1: paid total 100.00 paid 99.96 written off 0.04 due 0.00
         INV-2: part_paid total 100.00 paid 99.97 due 0.03
         INV-1: part_paid total 100.00 paid 99.95 due 0.05",
    );
}

#[test]
fn rule_04_money_that_names_the_document_takes_the_place_of_a_small_difference() {
    check(
        "tolerance 0.05
         invoice INV-1 lines 100
         pay P-1 99.97 for INV-1
         pay P-2 0.02 for INV-1
         ? INV-1
         ? P-2
         move P-1
         ? INV-1
         ? P-1",
        "INV-1: paid total 100.00 paid 99.99 written off 0.01 due 0.00
         P-2: applied free 0.00
         INV-1: part_paid total 100.00 paid 0.02 due 99.98
         P-1: unapplied free 99.97 held",
    );
}

#[test]
fn rule_05_free_credit_is_applied_oldest_due_first_and_held_credit_is_not() {
    check(
        "pay P-1 100 held
         ? P-1
         charge C-1 30 due 2026-03-01
         charge C-2 50 due 2026-02-01
         ? C-2
         pay P-2 60
         ? C-1
         ? C-2
         unhold P-1
         ? C-1
         ? P-1",
        "P-1: unapplied free 100.00 held
         C-2: open open 50.00
         C-1: part_paid open 20.00
         C-2: paid open 0.00
         C-1: paid open 0.00
         P-1: part_applied free 80.00",
    );
}

#[test]
fn rule_05_with_the_setting_off_only_staff_apply_credit() {
    check(
        "application off
         give M-1 100
         charge C-1 30
         ? C-1
         apply
         ? C-1
         charge C-2 20
         move M-1 C-2
         ? C-1
         ? C-2
         ? M-1",
        "C-1: open open 30.00
         C-1: paid open 0.00
         C-1: open open 30.00
         C-2: paid open 0.00
         M-1: part_applied free 80.00 held",
    );
}

#[test]
fn rule_05_a_payment_that_names_nothing_pays_what_is_due_first_whatever_is_set() {
    check(
        "application off
         charge C-1 30 due 2026-02-01
         charge C-2 50 due 2026-01-20
         give M-1 10
         pay P-1 60
         ? C-1
         ? C-2
         ? M-1
         ? P-1",
        "C-1: part_paid open 20.00
         C-2: paid open 0.00
         M-1: unapplied free 10.00
         P-1: applied free 0.00",
    );
}

#[test]
fn rule_06_reserved_charges_are_left_for_the_payment_under_way() {
    check(
        "charge C-1 100
         reserve R-1 100 for C-1
         give M-1 40
         ? C-1
         ? M-1
         release R-1
         ? C-1
         ? M-1",
        "C-1: open open 100.00
         M-1: unapplied free 40.00
         C-1: part_paid open 60.00
         M-1: applied free 0.00",
    );
}

#[test]
fn rule_06_a_disputed_payment_is_not_refundable() {
    check(
        "invoice INV-1 lines 100
         pay P-1 100 for INV-1 card
         dispute P-1
         ? balance
         refund P-1 10
         dispute P-1 won
         refund P-1 10
         ? journal P-1",
        "balance 0.00
         refused DISPUTED
         debit clearing:sandbox 100.00
         credit receivable 100.00
         debit disputed_funds 100.00
         credit clearing:sandbox 100.00
         debit clearing:sandbox 100.00
         credit disputed_funds 100.00",
    );
}

#[test]
fn rule_06_disputed_money_that_a_credit_note_frees_stays_on_the_balance() {
    check(
        "invoice INV-1 lines 100
         pay P-1 60 for INV-1 card
         pay P-2 40 for INV-1
         dispute P-1
         credit INV-1 70 to card 70
         credit INV-1 100 to outside 50 balance 50
         credit INV-1 100 to outside 40 balance 60
         ? balance",
        "refused DISPUTED
         refused DISPUTED
         credited 100.00 tax 0.00 freed 100.00
         balance 60.00",
    );
}

#[test]
fn rule_07_a_removed_line_lessens_its_own_charge_by_what_was_not_credited() {
    check(
        "order O-1 100 50
         invoice INV-1 of O-1
         credit INV-1 line O-1.2 20
         amend O-1 remove O-1.2
         ? O-1
         amend O-1 remove O-1.2
         ? entries",
        "credited 20.00 tax 0.00
         credit note of 30.00
         O-1: total 150.00 credited 50.00 due 100.00
         refused ALREADY_REVERSED
         2026-01-10 order -150.00
         2026-01-10 credit_note 20.00
         2026-01-10 credit_note 30.00",
    );
}

#[test]
fn rule_07_a_discount_takes_uninvoiced_charges_first_and_newest_first() {
    check(
        "order O-1 100
         invoice INV-1 of O-1
         amend O-1 add 30
         amend O-1 add 20
         amend O-1 discount 25
         ? INV-1
         ? O-1
         amend O-1 discount 35
         ? INV-1
         ? O-1
         amend O-1 discount 100",
        "INV-1: open total 100.00 due 100.00
         O-1: total 125.00 due 125.00
         credit note of 10.00
         INV-1: open total 100.00 credited 10.00 due 90.00
         O-1: total 100.00 credited 10.00 due 90.00
         refused EXCEEDS_TOTAL",
    );
}

#[test]
fn rule_07_the_tax_of_a_discount_is_its_own() {
    check(
        "order O-1 120 100 tax 20
         amend O-1 discount 24 tax 4
         ? journal O-1
         complete O-1
         ? journal O-1",
        "debit receivable 220.00
         credit uninvoiced 220.00
         debit receivable 220.00
         credit uninvoiced 220.00
         debit uninvoiced 196.00
         credit revenue 180.00
         credit tax_payable 16.00",
    );
}

#[test]
fn rule_07_cancel_takes_all_lines_off_and_deny_only_the_ticked() {
    check(
        "order O-1 100 50
         pay P-1 120 for O-1
         amend O-1 add 30
         cancel O-1
         ? O-1
         ? P-1
         ? balance",
        "O-1: total 0.00 due 0.00
         P-1: unapplied free 120.00
         balance 120.00",
    );
    check(
        "order A-1 40 60
         pay P-1 100 for A-1
         cancel A-1 A-1.2
         ? A-1
         ? balance",
        "A-1: total 40.00 paid 40.00 due 0.00
         balance 60.00",
    );
}

#[test]
fn rule_07_taking_a_discount_off_is_a_charge_of_its_own() {
    check(
        "order O-1 100 -10
         amend O-1 remove O-1.2
         ? O-1
         ? entries
         amend O-1 remove O-1.1
         ? O-1",
        "O-1: total 100.00 due 100.00
         2026-01-10 order -90.00
         2026-01-10 order -10.00
         O-1: total 0.00 due 0.00",
    );
    check(
        "order O-1 100 50 -15
         amend O-1 remove O-1.2
         ? O-1
         amend O-1 remove O-1.1 remove O-1.3
         ? O-1",
        "O-1: total 85.00 due 85.00
         O-1: total 0.00 due 0.00",
    );
}

#[test]
fn rule_07_a_discount_added_with_items_is_posted_apart() {
    check(
        "order O-1 100
         amend O-1 add 20 discount 5
         ? O-1
         ? entries",
        "O-1: total 115.00 due 115.00
         2026-01-10 order -100.00
         2026-01-10 order -20.00
         2026-01-10 amendment 5.00",
    );
}

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
fn rule_12_what_has_a_document_is_not_reversed() {
    check(
        "order O-1 10
         reverse O-1
         pay P-1 5 for O-1 card
         reverse P-1
         pay P-2 5 for O-1
         reverse P-2 as R-1
         ? O-1
         reverse R-1
         give M-1 3
         reverse M-1 as R-2
         reverse M-1
         ? balance",
        "refused NOT_REVERSIBLE
         refused NOT_REVERSIBLE
         O-1: total 10.00 paid 5.00 due 5.00
         refused NOT_REVERSIBLE
         refused ALREADY_REVERSED
         balance -5.00",
    );
}

#[test]
fn rule_12_credit_without_a_payment_is_paid_out_outside_once() {
    check(
        "give M-1 50
         adjust A-1 20
         pay P-1 30 held
         payout X-1 71
         payout X-1 60
         ? M-1
         ? A-1
         ? balance
         reverse M-1
         ? balance
         ? journal X-1",
        "refused NOTHING_REFUNDABLE
         M-1: applied free 0.00
         A-1: part_applied free 10.00
         balance 40.00
         balance -10.00
         debit receivable 60.00
         credit cash 60.00",
    );
}

#[test]
fn rule_13_a_machine_takes_the_first_open_day_and_notes_the_real_one() {
    check(
        "charge C-1 100
         today 2026-02-03
         lock 2026-01-31
         pay P-1 100 card machine on 2026-01-25
         ? entries
         ? as at 2026-01-31
         ? as at 2026-02-01
         charge C-2 1 on 2026-02-04",
        "2026-01-10 manual_charge -100.00
         2026-02-01 payment 100.00 noted 2026-01-25
         as at 2026-01-31 -100.00
         as at 2026-02-01 0.00
         refused FUTURE_DATE",
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
fn rule_15_a_lost_dispute_is_a_return_against_disputed_funds() {
    check(
        "invoice INV-1 lines 100
         pay P-1 100 for INV-1 card
         dispute P-1
         return P-1 dispute
         ? INV-1
         ? journal P-1
         ? balance",
        "INV-1: open total 100.00 due 100.00
         debit clearing:sandbox 100.00
         credit receivable 100.00
         debit disputed_funds 100.00
         credit clearing:sandbox 100.00
         balance -100.00",
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

#[test]
fn alc_03_money_moved_to_the_balance_stays_there_until_it_is_used() {
    check(
        "invoice INV-1 lines 100
         invoice INV-2 lines 80
         pay P-1 100 for INV-1
         move P-1 INV-2 90
         move P-1 INV-2 80
         ? INV-1
         ? INV-2
         ? P-1
         unhold P-1
         ? INV-1
         adjust A-1 -30
         ? balance",
        "refused ABOVE_DUE
         INV-1: open total 100.00 due 100.00
         INV-2: paid total 80.00 paid 80.00 due 0.00
         P-1: part_applied free 20.00 held
         INV-1: part_paid total 100.00 paid 20.00 due 80.00
         balance -110.00",
    );
}

#[test]
fn amounts_are_more_than_nothing_and_parts_fit_the_whole() {
    check(
        "charge C-1 0
         adjust A-1 0
         invoice INV-1 lines 100
         pay P-1 50 for INV-1 51
         pay P-1 50 for INV-1 30
         ? INV-1
         refund P-1 0
         writeoff W-1 INV-1 50.01",
        "refused INVALID_AMOUNT
         refused INVALID_AMOUNT
         refused DOES_NOT_ADD_UP
         INV-1: part_paid total 100.00 paid 50.00 due 50.00
         refused INVALID_AMOUNT
         refused ABOVE_DUE",
    );
}
