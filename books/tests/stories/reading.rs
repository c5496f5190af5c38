//! What is read from the rows: the audit finds planted faults, statements carry on from each other, traces keep
//! secrets.

use std::collections::BTreeSet;

use books::account::Target;
use books::audit::{AccountRows, Check, refold};
use books::entry::EntryKind;
use books::explain::{Traceable, explain_account, explain_document};
use books::ledger::LedgerAccount;
use books::statement::{LastSent, statement};

use crate::shop::day;
use crate::story::after;

const STORY: &str = "order O-1 480 tax 36
                     pay P-1 200 for O-1
                     invoice INV-1 of O-1
                     credit INV-1 100
                     writeoff W-1 INV-1 40
                     charge C-1 30
                     reverse C-1
                     give M-1 150
                     pay P-2 50
                     refund P-2 20";

fn found_after(spoil: impl FnOnce(&mut AccountRows)) -> Vec<&'static str> {
    let mut rows = after(STORY).rows();
    assert_eq!(refold(&rows), []);
    spoil(&mut rows);
    let checks: BTreeSet<_> = refold(&rows).into_iter().map(|found| found.check.as_str()).collect();
    checks.into_iter().collect()
}

fn place(rows: &AccountRows, kind: EntryKind) -> usize {
    rows.entries.iter().position(|row| row.entry.kind == kind).expect("the story has one")
}

#[test]
fn the_audit_finds_each_planted_fault() {
    assert_eq!(found_after(|rows| rows.balance += 1), ["L3"]);
    assert_eq!(found_after(|rows| rows.journal[0].debit += 1), ["L1", "L2"]);
    assert_eq!(found_after(|rows| rows.journal[1].account = LedgerAccount::Receivable), ["L2"]);
    assert_eq!(found_after(|rows| drop(rows.journal.remove(0))), ["L1", "L2"]);
    assert_eq!(found_after(|rows| rows.entries[0].allocated -= 1), ["A1"]);
    assert_eq!(found_after(|rows| rows.entries[0].entry.net += 1), ["E0"]);
    assert_eq!(found_after(|rows| rows.documents[0].shown.paid -= 1), ["A6"]);
    assert_eq!(found_after(|rows| rows.allocations[0].effective_on = day("2026-01-09")), ["A2"]);
    assert_eq!(found_after(|rows| rows.allocations[0].credit = rows.allocations[0].charge), ["A1", "A2", "A4", "A6"]);
    let doubled = found_after(|rows| {
        let again = rows.entries.iter().find(|row| row.entry.reverses.is_some()).expect("the story has one").entry.reverses;
        let at = place(rows, EntryKind::CreditNote);
        rows.entries[at].entry.reverses = again;
    });
    assert_eq!(doubled, ["L5"]);
    let spent = found_after(|rows| {
        let write_off = rows.entries[place(rows, EntryKind::WriteOff)].entry.id;
        rows.allocations.retain(|row| row.credit != write_off);
    });
    assert_eq!(spent, ["A1", "A3", "A6", "R5"]);
    let refunded = found_after(|rows| {
        let at = place(rows, EntryKind::Refund);
        (rows.entries[at].entry.amount, rows.entries[at].entry.net) = (5_001, 5_001);
    });
    assert!(refunded.contains(&"A3"), "{refunded:?}");
    assert_eq!(found_after(|rows| rows.allocations.clear()), ["A1", "A3", "A6", "R5"]);
}

#[test]
fn every_check_has_a_name_of_its_own() {
    let mut names: Vec<&str> = Check::ALL.iter().map(|check| check.as_str()).collect();
    names.dedup();
    assert_eq!(names.len(), Check::ALL.len());
}

#[test]
fn a_statement_says_when_the_past_was_changed() {
    let before = after(
        "charge C-1 100
         today 2026-02-05
         pay P-1 40",
    );
    let january = statement(&before.entries, day("2026-01-01"), day("2026-01-31"), None);
    assert_eq!((january.opening, january.closing), (0, -10_000));
    let sent = LastSent { closing: january.closing, last_entry: before.entries.last().expect("two entries").id };
    let february = statement(&before.entries, day("2026-02-01"), day("2026-02-28"), Some(sent));
    assert_eq!((february.opening, february.closing, february.restated), (-10_000, -6_000, None));

    let mut changed = before.clone();
    let mut late = before.entries[0].clone();
    late.id = books::ids::EntryId::new(&mut changed.ids);
    late.effective_on = day("2026-01-20");
    late.amount = 500;
    changed.entries.push(late.clone());
    let february = statement(&changed.entries, day("2026-02-01"), day("2026-02-28"), Some(sent));
    let restated = february.restated.expect("the opening differs from what was sent");
    assert_eq!((february.opening, restated.said_before), (-10_500, -10_000));
    assert_eq!(restated.entered_since, [&late]);
}

#[test]
fn a_trace_shows_what_was_taken_back_and_payers_see_no_notes() {
    let shop = after(
        "order O-1 60 40
         pay P-1 100 for O-1
         amend O-1 remove O-1.2
         give M-1 5",
    );
    let mut entries: Vec<Traceable> =
        shop.entries.iter().map(|entry| Traceable { entry: entry.clone(), by: "Ada, clerk".to_owned() }).collect();
    entries[1].entry.note = Some("paid late again".to_owned());
    let charges = shop.charges(Target::Order(shop.entries[0].order.expect("it is an order's")));
    let trace = explain_document(&charges, &entries, &shop.allocations);
    let told: Vec<_> =
        trace.charges[0].applied.iter().map(|part| (part.from.kind.as_str(), part.amount, part.taken_back)).collect();
    assert_eq!(told, [("payment", 10_000, false), ("amendment", 4_000, false), ("payment", 4_000, true)]);
    assert_eq!((trace.amount_due, trace.charges[0].open), (0, 0));
    let noted = |trace: &books::explain::Trace| serde_json::to_string(trace).expect("it is plain data").contains("late again");
    assert!(noted(&trace));
    assert!(!noted(&trace.for_payer()));
    let account = explain_account(&entries, &shop.allocations);
    assert_eq!(account.free_credits.iter().map(|credit| credit.free).collect::<Vec<_>>(), [4_000, 500]);
    assert_eq!((account.amount_due, account.charges.len()), (0, 0));
}
