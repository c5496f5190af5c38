//! Where money goes: what it names, small differences, free and held credit, locked days. In the order of the rules.

use crate::story::check;

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
fn rule_04_a_write_off_does_not_yield_to_money_that_is_due_elsewhere() {
    check(
        "invoice INV-1 lines 100
         invoice INV-2 lines 50
         writeoff W-1 INV-1 40
         pay P-1 110 for INV-1 INV-2
         ? INV-1
         ? INV-2
         pay P-2 15 for INV-1 INV-2
         ? INV-1
         ? P-2",
        "INV-1: paid total 100.00 paid 60.00 written off 40.00 due 0.00
         INV-2: paid total 50.00 paid 50.00 due 0.00
         INV-1: paid total 100.00 paid 75.00 written off 25.00 due 0.00
         P-2: applied free 0.00",
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
