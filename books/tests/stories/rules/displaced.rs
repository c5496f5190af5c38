//! Money that comes loose: by amendments, refunds, returns, disputes and reversals. In the order of the rules.

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
fn rule_15_a_lost_dispute_that_is_won_after_all_pays_again_what_it_had_paid() {
    check(
        "application off
         invoice INV-1 lines 100
         invoice INV-2 lines 50
         pay P-1 100 for INV-2 INV-1 card
         dispute P-1
         return P-1 dispute
         ? INV-1
         ? INV-2
         dispute P-1 won back for INV-2 INV-1
         ? INV-1
         ? INV-2
         ? P-1
         ? balance
         ? journal P-1
         ? entries
         dispute P-1 won back
         refund P-1 30 reopens INV-2 30
         dispute P-1
         return P-1 70 dispute
         ? INV-1
         ? INV-2
         ? balance",
        "INV-1: open total 100.00 due 100.00
         INV-2: open total 50.00 due 50.00
         INV-1: part_paid total 100.00 paid 50.00 due 50.00
         INV-2: paid total 50.00 paid 50.00 due 0.00
         P-1: applied free 0.00
         balance -50.00
         debit clearing:sandbox 100.00
         credit receivable 100.00
         debit disputed_funds 100.00
         credit clearing:sandbox 100.00
         debit clearing:sandbox 100.00
         credit disputed_funds 100.00
         2026-01-10 invoice -100.00
         2026-01-10 invoice -50.00
         2026-01-10 payment 100.00
         2026-01-10 return -100.00
         2026-01-10 reversal 100.00
         refused NOT_FOUND
         INV-1: open total 100.00 due 100.00
         INV-2: open total 50.00 due 50.00
         balance -150.00",
    );
}

#[test]
fn rule_15_money_that_is_back_when_nothing_is_due_is_free() {
    check(
        "invoice INV-1 lines 100
         pay P-1 100 for INV-1 card
         refund P-1 40 reopens INV-1 40
         dispute P-1
         return P-1 dispute
         ? balance
         pay P-2 140
         ? balance
         dispute P-1 won back for INV-1
         ? INV-1
         ? P-1
         ? P-2
         ? balance
         refund P-1 61
         refund P-1 60
         ? balance",
        "balance -140.00
         balance 0.00
         INV-1: paid total 100.00 paid 100.00 due 0.00
         P-1: part_applied free 60.00
         P-2: part_applied free 40.00
         balance 100.00
         refused NOTHING_REFUNDABLE
         balance 40.00",
    );
}

/// What was written off in between is not bad debt any more, and a few cents that were let go are let go again.
#[test]
fn rule_15_money_that_is_back_undoes_write_offs_and_lets_cents_go() {
    check(
        "tolerance 0.05
         invoice INV-1 lines 100
         pay P-1 99.97 for INV-1 card
         ? INV-1
         dispute P-1
         return P-1 dispute
         ? INV-1
         writeoff W-1 INV-1
         ? balance
         dispute P-1 won back for INV-1
         ? INV-1
         ? balance",
        "INV-1: paid total 100.00 paid 99.97 written off 0.03 due 0.00
         INV-1: open total 100.00 due 100.00
         balance 0.00
         INV-1: paid total 100.00 paid 99.97 written off 0.03 due 0.00
         balance 0.00",
    );
}
