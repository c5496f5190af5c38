//! A business in memory: it stores what accounts post, loads them again, and checks everything after every act.
//!
//! Every act runs twice, once on an account loaded with all there is and once with only what the documentation says
//! must be loaded; both must decide the same. After each act the rows are refolded by `books::audit`, every stored
//! figure is compared, and the balance is compared with free credit less open charges as at every day. Left out:
//! anything `books` does not need.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;

use books::account::{
    Account, Basis, ChargeLine, Cover, Flag, Item, ItemState, LineRef, Loaded, NewLine, NewLines, Posting, Target,
};
use books::ageing::{balance_as_at, open_as_at};
use books::allocation::{Allocation, live};
use books::audit::{AccountRows, DocumentRow, EntryRow, refold};
use books::calendar::{Day, parse_day};
use books::entry::{Class, Entry, EntryKind, Side};
use books::explain::{Traceable, explain_account, explain_document};
use books::figures::{ChargeSums, Figures};
use books::ids::{CustomerId, EntryId, IdSource, InvoiceId, OrderId, PaymentId};
use books::ledger::JournalLine;
use books::money::Currency;
use books::refusal::Refusal;
use books::statement::statement;
use uuid::Uuid;

/// Ids 1, 2, 3 …
#[derive(Debug, Clone, Default)]
pub struct Sequence(pub u128);

impl IdSource for Sequence {
    fn next_uuid(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

/// What is stored of an invoice that accounts need.
#[derive(Debug, Clone)]
pub struct StoredInvoice {
    pub issued_on: Option<Day>,
    pub due_on: Option<Day>,
    pub issued_total: i64,
    pub void: bool,
}

/// What an act touches, as the documentation of [`Account`] has it.
#[derive(Debug, Clone, Copy)]
pub enum Touch {
    Order(OrderId),
    Invoice(InvoiceId),
    Entry(EntryId),
    Payment(PaymentId),
}

#[derive(Debug, Clone)]
pub struct Shop {
    pub basis: Basis,
    pub ids: Sequence,
    pub entries: Vec<Entry>,
    pub states: HashMap<EntryId, ItemState>,
    pub allocations: Vec<Allocation>,
    pub journal: Vec<JournalLine>,
    pub lines: Vec<ChargeLine>,
    pub invoices: HashMap<InvoiceId, StoredInvoice>,
    pub balance: i64,
}

pub fn day(text: &str) -> Day {
    parse_day(text).unwrap_or_else(|| panic!("{text} is not a day"))
}

impl Shop {
    pub fn open() -> Shop {
        let basis = Basis {
            customer: CustomerId(Uuid::nil()),
            currency: Currency::from_code("USD").expect("a known code"),
            today: day("2026-01-10"),
            locked_through: None,
            apply_free: true,
            tolerance: 0,
        };
        Shop {
            basis,
            ids: Sequence::default(),
            entries: Vec::new(),
            states: HashMap::new(),
            allocations: Vec::new(),
            journal: Vec::new(),
            lines: Vec::new(),
            invoices: HashMap::new(),
            balance: 0,
        }
    }

    /// One flow: load, act, finish, store, check.
    pub fn act<T: Debug + PartialEq>(
        &mut self,
        touched: &[Touch],
        act: impl Fn(&mut Account, &mut Sequence) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let run = |loaded: Loaded, mut ids: Sequence| {
            let mut account = Account::load(self.basis.clone(), loaded)?;
            let outcome = act(&mut account, &mut ids)?;
            let posting = account.finish(&mut ids)?;
            Ok::<_, Refusal>((outcome, posting, ids))
        };
        let full = run(self.everything(), self.ids.clone());
        let least = run(self.what_matters(touched), self.ids.clone());
        match (full, least) {
            (Ok((outcome, posting, ids)), Ok((same_outcome, same_posting, _))) => {
                assert_eq!(posting, same_posting, "what is said to matter is not enough");
                assert_eq!(outcome, same_outcome);
                self.ids = ids;
                self.store(posting);
                self.check();
                Ok(outcome)
            }
            (Err(refusal), Err(same)) => {
                assert_eq!(refusal, same, "refused for another reason");
                assert!(!refusal.is_fault(), "{refusal}");
                Err(refusal)
            }
            (full, least) => panic!("loaded in full: {:?}\nloaded as said: {:?}", full.map(|_| ()), least.map(|_| ())),
        }
    }

    /// A flow that posts a charge for new lines, which are stored beside it.
    pub fn act_with_lines<T: Debug + PartialEq>(
        &mut self,
        touched: &[Touch],
        lines: &NewLines,
        act: impl Fn(&mut Account, &mut Sequence) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = self.entries.len();
        let outcome = self.act(touched, act)?;
        let brought = |entry: &&Entry| matches!(entry.kind, EntryKind::Order | EntryKind::Invoice);
        if let Some(charge) = self.entries[before..].iter().find(brought).map(|entry| entry.id) {
            let stored = |new: &NewLine| ChargeLine {
                line: new.line,
                charge,
                gross: new.gross,
                tax: new.tax,
                credited: 0,
                credited_tax: 0,
            };
            self.lines.extend(lines.lines.iter().map(stored));
        }
        Ok(outcome)
    }

    /// Looks at an account without changing anything.
    pub fn look<T>(&self, look: impl FnOnce(&Account) -> T) -> T {
        look(&Account::load(self.basis.clone(), self.everything()).expect("what is stored can be loaded"))
    }

    pub fn item(&self, entry: EntryId) -> Item {
        let stored = self.entries.iter().find(|known| known.id == entry).expect("the entry exists");
        Item { entry: stored.clone(), state: self.state(entry) }
    }

    /// The figures of a document by the rows alone, without the account's own arithmetic.
    pub fn figures(&self, target: Target) -> Figures {
        let charges: BTreeSet<EntryId> = self.charges(target).into_iter().collect();
        let kind = |entry: EntryId| self.item(entry).entry.kind;
        let mut sums: HashMap<EntryId, ChargeSums> =
            charges.iter().map(|id| (*id, ChargeSums::new(kind(*id), self.item(*id).entry.amount))).collect();
        for row in live(&self.allocations) {
            if let Some(of_charge) = sums.get_mut(&row.allocation.charge) {
                of_charge.add(kind(row.allocation.credit), row.live);
            }
        }
        Figures::of(sums.into_values())
    }

    pub fn charges(&self, target: Target) -> Vec<EntryId> {
        let covers = |entry: &Entry| match target {
            Target::Entry(id) => entry.id == id,
            Target::Order(order) => entry.order == Some(order) && entry.class() == Class::Charge,
            Target::Invoice(invoice) => self.states[&entry.id].cover.as_ref().is_some_and(|cover| cover.invoice == invoice),
        };
        self.entries.iter().filter(|entry| covers(entry)).map(|entry| entry.id).collect()
    }

    fn state(&self, entry: EntryId) -> ItemState {
        let mut state = self.states[&entry].clone();
        if let Some(cover) = &mut state.cover {
            let invoice = &self.invoices[&cover.invoice];
            *cover = Cover { invoice: cover.invoice, issued: invoice.issued_on.is_some(), due_on: invoice.due_on };
        }
        state
    }

    fn everything(&self) -> Loaded {
        let items = self.entries.iter().map(|entry| Item { entry: entry.clone(), state: self.state(entry.id) }).collect();
        Loaded { items, allocations: live(&self.allocations), lines: self.lines.clone() }
    }

    /// The documented minimum: open items; touched entries, their live allocations and other ends; of write-offs among
    /// those, their allocations and charges.
    fn what_matters(&self, touched: &[Touch]) -> Loaded {
        let rows = live(&self.allocations);
        let mut named: BTreeSet<EntryId> = BTreeSet::new();
        for touch in touched {
            named.extend(self.touched(*touch));
        }
        let touches = |ids: &BTreeSet<EntryId>, row: &Allocation| ids.contains(&row.credit) || ids.contains(&row.charge);
        let mut ends = named.clone();
        ends.extend(self.entries.iter().filter(|entry| names(entry, touched)).map(|entry| entry.id));
        for row in rows.iter().filter(|row| touches(&named, &row.allocation)) {
            ends.extend([row.allocation.credit, row.allocation.charge]);
        }
        let write_offs: BTreeSet<EntryId> =
            ends.iter().copied().filter(|id| self.item(*id).entry.class() == Class::WriteOff).collect();
        named.extend(write_offs);
        let wanted: Vec<_> = rows.into_iter().filter(|row| touches(&named, &row.allocation)).collect();
        for row in &wanted {
            ends.extend([row.allocation.credit, row.allocation.charge]);
        }
        let matters = |item: &Item| item.open() > 0 || ends.contains(&item.entry.id);
        let items = self.everything().items.into_iter().filter(matters).collect();
        let lines = self.lines.iter().filter(|line| ends.contains(&line.charge)).cloned().collect();
        Loaded { items, allocations: wanted, lines }
    }

    fn touched(&self, touch: Touch) -> Vec<EntryId> {
        match touch {
            Touch::Order(order) => {
                let mut all = self.charges(Target::Order(order));
                let covers = all.iter().filter_map(|charge| self.states[charge].cover.as_ref()).map(|cover| cover.invoice);
                let invoices: BTreeSet<InvoiceId> = covers.collect();
                all.extend(invoices.into_iter().flat_map(|invoice| self.charges(Target::Invoice(invoice))));
                all
            }
            Touch::Invoice(invoice) => self.charges(Target::Invoice(invoice)),
            Touch::Entry(entry) => vec![entry],
            Touch::Payment(payment) => {
                let credit = self.entries.iter().find(|entry| entry.payment == Some(payment) && entry.side == Side::Credit);
                let Some(credit) = credit.map(|entry| entry.id) else { return Vec::new() };
                let paid = live(&self.allocations).into_iter().filter(|row| row.allocation.credit == credit);
                let mut all = vec![credit];
                for charge in paid.map(|row| row.allocation.charge) {
                    all.push(charge);
                    let state = &self.states[&charge];
                    all.extend(state.cover.iter().flat_map(|cover| self.charges(Target::Invoice(cover.invoice))));
                    all.extend(self.item(charge).entry.order.iter().flat_map(|order| self.charges(Target::Order(*order))));
                }
                all
            }
        }
    }

    fn store(&mut self, posting: Posting) {
        self.balance += posting.balance_change;
        assert_eq!(posting.entries.len(), posting.states.len());
        for (entry, state) in posting.entries.into_iter().zip(posting.states) {
            self.states.insert(entry.id, state);
            self.entries.push(entry);
        }
        for change in posting.allocated_changes {
            let state = self.states.get_mut(&change.entry).expect("a change is of a stored entry");
            state.allocated += change.delta;
        }
        for change in posting.flag_changes {
            let state = self.states.get_mut(&change.entry).expect("a change is of a stored entry");
            match change.flag {
                Flag::Held(held) => state.held = held,
                Flag::Recognized(recognized) => state.recognized = recognized,
                Flag::Reserved(delta) => state.reserved += delta,
                Flag::Cover(cover) => state.cover = cover,
                Flag::ReopenedOn(on) => state.reopened_on = Some(on),
            }
        }
        for change in posting.line_changes {
            match self.lines.iter_mut().find(|line| line.line == change.line) {
                Some(line) => {
                    line.credited += change.credited;
                    line.credited_tax += change.credited_tax;
                }
                None => assert!(matches!(change.line, LineRef::Charge(_)), "a line that changes is stored"),
            }
        }
        self.allocations.extend(posting.allocations);
        self.journal.extend(posting.journal_lines);
    }

    /// All raw rows, as an auditor gets them.
    pub fn rows(&self) -> AccountRows {
        let row = |entry: &Entry| {
            let state = &self.states[&entry.id];
            EntryRow { entry: entry.clone(), allocated: state.allocated, reserved: state.reserved, held: state.held }
        };
        let live = self.invoices.iter().filter(|(_, stored)| stored.issued_on.is_some() && !stored.void);
        let document = |(invoice, _): (&InvoiceId, &StoredInvoice)| {
            let target = Target::Invoice(*invoice);
            let shown = self.look(|account| account.figures(target).expect("all is loaded"));
            DocumentRow { id: invoice.to_string(), charges: self.charges(target), shown }
        };
        AccountRows {
            customer: self.basis.customer,
            currency: self.basis.currency,
            balance: self.balance,
            entries: self.entries.iter().map(row).collect(),
            allocations: self.allocations.clone(),
            journal: self.journal.clone(),
            documents: live.map(document).collect(),
            apply_free: self.basis.apply_free,
        }
    }

    fn check(&self) {
        let rows = self.rows();
        let found = refold(&rows);
        assert!(found.is_empty(), "{found:#?}");
        let traceable: Vec<Traceable> =
            self.entries.iter().map(|entry| Traceable { entry: entry.clone(), by: "Ada, clerk".to_owned() }).collect();
        for document in rows.documents {
            let target = Target::Invoice(document.id.parse().expect("an invoice's id"));
            assert_eq!(document.shown, self.figures(target), "two ways to the same figures");
            assert_eq!(document.shown.amount_due, self.look(|account| account.due(target)), "two ways to the amount due");
            let trace = explain_document(&document.charges, &traceable, &self.allocations);
            assert_eq!((trace.figures, trace.amount_due), (document.shown, document.shown.amount_due), "the trace explains it");
        }
        let trace = explain_account(&traceable, &self.allocations);
        assert_eq!(trace.amount_due, (-self.balance).max(0), "the trace of the account explains what is owed");
        self.check_every_day();
    }

    /// Dated back, a reduction may stand free on past days, when its charge was paid for a while; today only money is
    /// free.
    fn check_every_day(&self) {
        for (id, state) in &self.states {
            let entry = self.item(*id).entry;
            let may_be_open = entry.side == Side::Charge || entry.class() == Class::Money;
            assert!(may_be_open || state.allocated == entry.amount, "{} {id} is free", entry.kind);
        }
        let days: BTreeSet<Day> =
            self.entries.iter().map(|e| e.effective_on).chain(self.allocations.iter().map(|a| a.effective_on)).collect();
        for as_of in days {
            let items = open_as_at(&self.entries, &self.allocations, as_of, |entry| entry.effective_on);
            let sum: i64 = items.iter().map(|item| if item.side == Side::Credit { item.open } else { -item.open }).sum();
            let balance = balance_as_at(&self.entries, as_of);
            assert_eq!(sum, balance, "as at {as_of}");
            let one_day = statement(&self.entries, as_of, as_of, None);
            assert_eq!(one_day.opening + one_day.movements.iter().map(|m| m.amount).sum::<i64>(), one_day.closing);
            assert_eq!((one_day.closing, one_day.movements.last().map(|m| m.balance).unwrap_or(balance)), (balance, balance));
        }
    }
}

/// Entries that name what is touched: pay-outs of a payment, the reversal of an entry.
fn names(entry: &Entry, touched: &[Touch]) -> bool {
    touched.iter().any(|touch| match touch {
        Touch::Payment(payment) => entry.payment == Some(*payment),
        Touch::Entry(id) => entry.reverses == Some(*id),
        _ => false,
    })
}
