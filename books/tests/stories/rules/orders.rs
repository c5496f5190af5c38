//! Lines and discounts that are taken off orders. In the order of the rules.

use crate::story::check;

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
fn rule_07_a_discount_that_outlived_its_items_gives_nothing_back() {
    check(
        "order O-1 48 -17
         amend O-1 remove O-1.1
         ? O-1
         amend O-1 remove O-1.2
         ? O-1",
        "O-1: total 0.00 due 0.00
         O-1: total 0.00 due 0.00",
    );
    check(
        "order O-1 10 48 -30
         amend O-1 remove O-1.2
         ? O-1
         amend O-1 remove O-1.3
         ? O-1
         amend O-1 remove O-1.1
         ? O-1",
        "O-1: total 0.00 due 0.00
         O-1: total 10.00 due 10.00
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
