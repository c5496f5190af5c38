//! What a `?` is answered.

use books::account::Target;
use books::ageing::{age, balance_as_at, open_as_at};
use books::entry::{Entry, entry_status};
use books::figures::Figures;
use books::ids::EntryId;
use books::invoice::{InvoiceStanding, invoice_state};

use super::words::Words;
use super::{Named, Teller};
use crate::shop::day;

impl Teller {
    pub(super) fn answer(&self, words: &mut Words<'_>) -> Vec<String> {
        match words.next() {
            "balance" => vec![format!("balance {}", self.show(self.shop.balance))],
            "journal" => self.journal(words.next()),
            "entries" => self.shop.entries.iter().map(|entry| self.entry_line(entry)).collect(),
            "as" => {
                assert_eq!(words.next(), "at");
                let as_of = day(words.next());
                vec![format!("as at {as_of} {}", self.show(balance_as_at(&self.shop.entries, as_of)))]
            }
            "ageing" => self.ageing(words.next()),
            name => vec![format!("{name}: {}", self.describe(name))],
        }
    }

    pub(super) fn describe(&self, name: &str) -> String {
        match self.named(name) {
            Named::Order(order) => self.figures(self.shop.figures(Target::Order(order))),
            Named::Invoice(invoice) => {
                let stored = &self.shop.invoices[&invoice];
                let (standing, figures) = match stored.void {
                    true => (InvoiceStanding::Void, Figures::of_void(stored.issued_total)),
                    false => (InvoiceStanding::Issued, self.shop.figures(Target::Invoice(invoice))),
                };
                assert!(figures.agree(), "{figures:?}");
                let state = invoice_state(standing, &figures);
                format!("{state} {}", self.figures(figures))
            }
            Named::Payment(payment) => self.of_entry(self.credit_of(payment)),
            Named::Entry(entry) => self.of_entry(entry),
            other => panic!("{other:?} has nothing to tell"),
        }
    }

    pub(super) fn of_entry(&self, entry: EntryId) -> String {
        let item = self.shop.item(entry);
        let reversed = self.shop.entries.iter().any(|other| other.reverses == Some(entry));
        let status = entry_status(item.entry.side, item.entry.amount, item.state.allocated, reversed);
        let word = if item.is_charge() { "open" } else { "free" };
        let held = if item.state.held { " held" } else { "" };
        format!("{status} {word} {}{held}", self.show(item.open()))
    }

    pub(super) fn figures(&self, figures: Figures) -> String {
        assert!(figures.agree(), "{figures:?}");
        let mut text = format!("total {}", self.show(figures.total));
        let rest = [
            ("fees", figures.fees),
            ("paid", figures.paid),
            ("credited", figures.credited),
            ("written off", figures.written_off),
        ];
        for (word, amount) in rest.into_iter().filter(|(_, amount)| *amount != 0) {
            text += &format!(" {word} {}", self.show(amount));
        }
        text + &format!(" due {}", self.show(figures.amount_due))
    }

    pub(super) fn journal(&self, name: &str) -> Vec<String> {
        let entry = match self.named(name) {
            Named::Order(order) => self.shop.charges(Target::Order(order))[0],
            Named::Invoice(invoice) => {
                let last = |entry: &&Entry| entry.invoice == Some(invoice) || entry.credit_note.is_some();
                self.shop.entries.iter().rev().find(last).expect("an entry of the invoice").id
            }
            _ => self.entry_id(name),
        };
        let lines = self.shop.journal.iter().filter(|line| line.entry == entry);
        let side = |line: &books::ledger::JournalLine| if line.debit > 0 { "debit" } else { "credit" };
        lines.map(|line| format!("{} {} {}", side(line), line.account, self.show(line.debit + line.credit))).collect()
    }

    pub(super) fn ageing(&self, as_of: &str) -> Vec<String> {
        let as_of = day(as_of);
        let due = |entry: &Entry| self.shop.item(entry.id).due_day();
        let a = age(open_as_at(&self.shop.entries, &self.shop.allocations, as_of, due), as_of);
        assert_eq!(a.balance(), balance_as_at(&self.shop.entries, as_of));
        let columns = [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus, a.total, a.credit].map(|amount| self.show(amount));
        vec![columns.join(" | ")]
    }

    pub(super) fn entry_line(&self, entry: &Entry) -> String {
        let noted = entry.noted_on.map_or(String::new(), |day| format!(" noted {day}"));
        format!("{} {} {}{noted}", entry.effective_on, entry.kind, self.show(entry.signed()))
    }
}
