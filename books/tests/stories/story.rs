//! The story language: one act or question a line, as a bookkeeper would say it.
//!
//! ```text
//! today 2026-01-10 · lock 2026-01-31 · application off · tolerance 0.05
//! order O-1 380 100 [tax 36] [due DAY] [on DAY]      an order of two lines, named O-1.1 (with the tax) and O-1.2
//! amend O-1 add 75.50 [tax 5] · amend O-1 remove O-1.2 · amend O-1 discount 20 · cancel O-1 · complete O-1
//! invoice INV-1 of O-1 [due DAY] · invoice INV-1 lines 100 [tax 8.25] · invoice INV-1 bills C-1 C-2 · void INV-1 [keep]
//! pay P-1 200 [for O-1 [120] INV-1 …] [card] [on DAY] [held] [account] · move P-1 [INV-2 50 …] · apply · hold P-1 · unhold P-1
//! refund P-1 30 [reopens INV-1 30 …] · return P-1 [50] · payout X-1 50
//! credit INV-1 70 as CN-1 [to balance 30 card 20 outside 5] [keep] [on DAY] · writeoff W-1 INV-1 [40] · fee F-1 INV-1 5
//! charge C-1 150 [due DAY] [on DAY] · give M-1 50 · adjust A-1 -20 · reverse C-1 as R-1
//! reserve R-1 355.50 [for O-1] · release R-1
//! ? balance · ? O-1 · ? P-1 · ? journal O-1 · ? as at DAY · ? ageing DAY · ? entries
//! ```
//! A line that is refused answers `refused CODE`; every other answer comes from a `?`.

use std::collections::HashMap;

use books::account::*;
use books::ageing::{age, balance_as_at, open_as_at};
use books::capability::{GenerateInvoiceFacts, generate_invoice};
use books::entry::{Entry, entry_status};
use books::figures::Figures;
use books::ids::*;
use books::invoice::{InvoiceStanding, invoice_state};
use books::ledger::rules::Channel;
use books::money::Money;
use books::order::{OrderKind, OrderState};
use books::refusal::{Code, Refusal};

use crate::shop::{Shop, StoredInvoice, Touch, day};

/// Runs a story and compares its answers, line by line.
pub fn check(story: &str, expect: &str) {
    let teller = Teller::told(story);
    let want: Vec<&str> = expect.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(teller.answers.join("\n"), want.join("\n"), "\n--- story ---\n{story}");
}

/// The business as a story leaves it.
pub fn after(story: &str) -> Shop {
    Teller::told(story).shop
}

/// What a name in a story stands for.
#[derive(Debug, Clone)]
enum Named {
    Order(OrderId),
    Invoice(InvoiceId),
    Payment(PaymentId),
    Entry(EntryId),
    Line(OrderLineId),
    Reserved(Vec<Reserved>),
}

struct Teller {
    shop: Shop,
    names: HashMap<String, Named>,
    answers: Vec<String>,
}

/// The words of a line that are left, taken from the front or by key.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn next(&mut self) -> &'a str {
        assert!(!self.0.is_empty(), "a word is missing");
        self.0.remove(0)
    }

    fn flag(&mut self, word: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|known| *known != word);
        self.0.len() < before
    }

    /// The word after `key`.
    fn after(&mut self, key: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|known| *known == key)?;
        self.0.remove(at);
        Some(self.0.remove(at))
    }
}

impl Teller {
    fn told(story: &str) -> Teller {
        let mut teller = Teller { shop: Shop::open(), names: HashMap::new(), answers: Vec::new() };
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            teller.tell(line);
        }
        teller
    }

    fn tell(&mut self, line: &str) {
        let mut words = Words(line.split_whitespace().collect());
        let told = match words.next() {
            "?" => {
                let answer = self.answer(&mut words);
                self.answers.extend(answer);
                Ok(())
            }
            "today" => {
                self.shop.basis.today = day(words.next());
                Ok(())
            }
            "lock" => {
                self.shop.basis.locked_through = Some(day(words.next()));
                Ok(())
            }
            "application" => {
                self.shop.basis.apply_free = words.next() == "on";
                Ok(())
            }
            "tolerance" => {
                self.shop.basis.tolerance = self.amount(words.next());
                Ok(())
            }
            verb => self.act(verb, &mut words),
        };
        if let Err(refusal) = told {
            self.answers.push(format!("refused {}", refusal.code()));
        }
        assert!(words.0.is_empty(), "{line}: {:?} was not understood", words.0);
    }

    fn act(&mut self, verb: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
        match verb {
            "order" => self.order(words),
            "amend" => self.amend(words),
            "cancel" => self.cancel(words),
            "complete" | "approve" => {
                let order = self.order_id(words.next());
                self.shop.act(&[Touch::Order(order)], |account, _| account.recognize_order(order, When::Today))
            }
            "invoice" => self.invoice(words),
            "void" => self.void(words),
            "pay" => self.pay(words),
            "move" => self.move_money(words),
            "apply" => self.shop.act(&[], |account, _| account.apply_free_credit()),
            "hold" => {
                let entry = self.entry_id(words.next());
                self.shop.act(&[Touch::Entry(entry)], |account, _| account.hold(entry))
            }
            "unhold" => {
                let entry = self.entry_id(words.next());
                self.shop.act(&[Touch::Entry(entry)], |account, _| account.unhold(entry))
            }
            "refund" => self.refund(words),
            "return" => self.return_payment(words),
            "payout" => self.payout(words),
            "credit" => self.credit_note(words),
            "writeoff" => self.write_off(words),
            "fee" => self.fee(words),
            "charge" | "give" | "adjust" => self.by_hand(verb, words),
            "reverse" => self.reverse(words),
            "reserve" => self.reserve(words),
            "release" => {
                let Named::Reserved(parts) = self.named(words.next()) else { panic!("release what was reserved") };
                let touched: Vec<Touch> = parts.iter().map(|part| Touch::Entry(part.charge)).collect();
                self.shop.act(&touched, |account, _| account.release(&parts))
            }
            "dispute" => self.dispute(words),
            other => panic!("{other} is not a verb of stories"),
        }
    }

    fn order(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let order = OrderId::new(&mut self.shop.ids);
        let (when, due_on) = (when(words), words.after("due").map(day));
        let mut lines = self.new_line(name, words);
        while !words.0.is_empty() {
            let more = self.new_line(name, words);
            (lines.net, lines.tax) = (lines.net + more.net, lines.tax + more.tax);
            lines.lines.extend(more.lines);
        }
        let input = OrderCharge { order, description: name.to_owned(), lines: lines.clone(), when, due_on };
        let charge = self.shop.act_with_lines(&[], &lines, |account, ids| account.charge_order(ids, &input))?;
        assert!(charge.is_some(), "an order of nothing is no story");
        self.name(name, Named::Order(order));
        Ok(())
    }

    /// `75.50 [tax 5]`, and the next free name `O-1.2` for the line.
    fn new_line(&mut self, order: &str, words: &mut Words<'_>) -> NewLines {
        let (gross, tax) = self.gross_and_tax(words);
        let line = OrderLineId::new(&mut self.shop.ids);
        let number = (1..).find(|n| !self.names.contains_key(&format!("{order}.{n}"))).expect("a free number");
        self.name(&format!("{order}.{number}"), Named::Line(line));
        NewLines { net: gross - tax, tax, lines: vec![NewLine { line: LineRef::Order(line), gross, tax }] }
    }

    fn gross_and_tax(&mut self, words: &mut Words<'_>) -> (i64, i64) {
        let tax = words.after("tax").map_or(0, |tax| self.amount(tax));
        (self.amount(words.next()), tax)
    }

    fn amend(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let order = self.order_id(name);
        let mut input = Amend {
            order,
            amendment: AmendmentId::new(&mut self.shop.ids),
            description: "Amended".to_owned(),
            reason: "items_added".to_owned(),
            note: None,
            add: None,
            discount: None,
            remove: Vec::new(),
            when: when(words),
            recognized: words.flag("recognized"),
            due_on: None,
        };
        let mut new = NewLines { net: 0, tax: 0, lines: Vec::new() };
        while !words.0.is_empty() {
            match words.next() {
                "add" => {
                    new = self.new_line(name, words);
                    input.add = Some(new.clone());
                }
                "discount" => {
                    let (gross, tax) = self.gross_and_tax(words);
                    input.discount = Some(NewLines { net: tax - gross, tax: -tax, lines: Vec::new() });
                }
                "remove" => {
                    let Named::Line(line) = self.named(words.next()) else { panic!("remove a line") };
                    input.remove.push(LineRef::Order(line));
                }
                other => panic!("{other} is no amendment"),
            }
        }
        let outcome = self.shop.act_with_lines(&[Touch::Order(order)], &new, |account, ids| account.amend(ids, &input))?;
        for note in outcome.credit_notes {
            self.answers.push(format!("credit note of {}", self.show(note.amount)));
        }
        Ok(())
    }

    fn cancel(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let order = self.order_id(words.next());
        let lines = words.0.drain(..).collect::<Vec<_>>();
        let lines = lines.into_iter().map(|line| match self.named(line) {
            Named::Line(line) => LineRef::Order(line),
            other => panic!("{other:?} is not a line"),
        });
        let lines: Vec<LineRef> = lines.collect();
        let input = TakeOff {
            order,
            amendment: AmendmentId::new(&mut self.shop.ids),
            lines: (!lines.is_empty()).then_some(lines),
            reason: "canceled".to_owned(),
            note: None,
            when: When::Today,
        };
        self.shop.act(&[Touch::Order(order)], |account, ids| account.take_off(ids, &input)).map(drop)
    }

    fn invoice(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let invoice = InvoiceId::new(&mut self.shop.ids);
        let (when, due_on) = (when(words), words.after("due").map(day));
        let issued_on = match when {
            When::On(day) => day,
            _ => self.shop.basis.today,
        };
        let stored = StoredInvoice { issued_on: Some(issued_on), due_on, issued_total: 0, void: false };
        self.shop.invoices.insert(invoice, stored);
        let outcome = match words.next() {
            "of" => {
                let order = self.order_id(words.next());
                let charges = self.shop.look(|account| account.billable(order));
                if let Some(code) = self.no_invoice(order, !charges.is_empty()) {
                    self.shop.invoices.remove(&invoice);
                    self.answers.push(format!("refused {code}"));
                    return Ok(());
                }
                self.shop.act(&[Touch::Order(order)], |account, _| account.issue_covering(invoice, &charges, due_on, when))
            }
            "bills" => {
                let charges: Vec<EntryId> =
                    words.0.drain(..).collect::<Vec<_>>().into_iter().map(|name| self.entry_id(name)).collect();
                let touched: Vec<Touch> = charges.iter().map(|charge| Touch::Entry(*charge)).collect();
                self.shop.act(&touched, |account, _| account.issue_covering(invoice, &charges, due_on, when))
            }
            "lines" => {
                let (gross, tax) = self.gross_and_tax(words);
                let line = LineRef::Invoice(InvoiceLineId::new(&mut self.shop.ids));
                let lines = NewLines { net: gross - tax, tax, lines: vec![NewLine { line, gross, tax }] };
                let input = ScratchBill { invoice, description: name.to_owned(), lines: lines.clone(), when, due_on };
                self.shop.act_with_lines(&[], &lines, |account, ids| account.issue_lines(ids, &input))
            }
            other => panic!("an invoice {other}?"),
        };
        match outcome {
            Ok(outcome) => {
                self.shop.invoices.get_mut(&invoice).expect("just stored").issued_total = outcome.total;
                self.name(name, Named::Invoice(invoice));
                let paid = outcome.already_paid;
                if paid > 0 {
                    self.answers.push(format!("{name}: applied {} due {}", self.show(paid), self.show(outcome.due)));
                }
                Ok(())
            }
            Err(refusal) => {
                self.shop.invoices.remove(&invoice);
                Err(refusal)
            }
        }
    }

    /// What the capability of *Generate invoice* says of a confirmed order.
    fn no_invoice(&self, order: OrderId, billable: bool) -> Option<Code> {
        let due = Money::new(self.shop.figures(Target::Order(order)).amount_due, self.shop.basis.currency);
        let facts = GenerateInvoiceFacts { kind: OrderKind::Order, state: OrderState::Confirmed, due, billable };
        generate_invoice(&facts).code
    }

    fn void(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let invoice = self.invoice_id(words.next());
        let input = VoidInvoice { invoice, reason: "wrong".to_owned(), when: When::Today, keep_fees: words.flag("keep") };
        self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.void_invoice(ids, &input))?;
        self.shop.invoices.get_mut(&invoice).expect("it is stored").void = true;
        Ok(())
    }

    fn pay(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let payment = PaymentId::new(&mut self.shop.ids);
        let amount = self.amount(words.next());
        let channel = if words.flag("card") { Channel::Processor("sandbox".to_owned()) } else { Channel::Outside };
        let machine = words.flag("machine");
        let when = match when(words) {
            When::On(day) if machine => When::Machine(day),
            when => when,
        };
        let (whole_account, hold_excess) = (words.flag("account"), words.flag("held"));
        words.flag("for");
        let aims = self.aims(words);
        let touched = self.touched(&aims);
        let input = MoneyIn {
            payment,
            amount,
            channel,
            method: None,
            description: name.to_owned(),
            category: None,
            note: None,
            when,
            aims,
            whole_account,
            hold_excess,
        };
        self.shop.act(&touched, |account, ids| account.receive(ids, &input))?;
        self.name(name, Named::Payment(payment));
        Ok(())
    }

    fn move_money(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let credit = self.entry_id(name);
        let aims = self.aims(words);
        let mut touched = self.touched(&aims);
        touched.push(self.touch_of(name));
        let input = Reallocate { credit, aims };
        self.shop.act(&touched, |account, ids| account.reallocate(ids, &input))
    }

    fn refund(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let amount = self.amount(words.next());
        let channel = self.channel_of(payment);
        words.flag("reopens");
        let reopens = self.aims(words);
        let when = When::Today;
        let input = MoneyBack { payment, amount, channel, method: None, reason: "asked for".to_owned(), when, reopens };
        self.shop.act(&[Touch::Payment(payment)], |account, ids| account.refund(ids, &input)).map(drop)
    }

    fn return_payment(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let dispute = words.flag("dispute");
        let amount = words.0.pop().map(|amount| self.amount(amount));
        let input = ReturnInput { payment, amount, dispute, reason: "no funds".to_owned(), when: When::Today };
        self.shop.act(&[Touch::Payment(payment)], |account, ids| account.return_payment(ids, &input)).map(drop)
    }

    fn dispute(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let won = words.flag("won");
        let credit = self.credit_of(payment);
        let next_seq = self.shop.journal.iter().filter(|line| line.entry == credit).count() as i32 + 1;
        let amount = self.shop.item(credit).entry.amount;
        let input = DisputeMove { payment, amount, next_seq, when: When::Today };
        self.shop.act(&[Touch::Payment(payment)], |account, _| match won {
            true => account.dispute_won(&input),
            false => account.dispute_opened(&input),
        })?;
        self.shop.states.get_mut(&credit).expect("it is stored").disputed = !won;
        Ok(())
    }

    fn payout(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let amount = self.amount(words.next());
        let input = PayoutInput { amount, method: None, reason: "asked for".to_owned(), when: When::Today };
        let entry = self.shop.act(&[], |account, ids| account.pay_out_credit(ids, &input))?;
        self.name(name, Named::Entry(entry));
        Ok(())
    }

    fn credit_note(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let invoice = self.invoice_id(words.next());
        let by = match words.after("line") {
            Some(line) => {
                let line = match self.named(line) {
                    Named::Line(line) => LineRef::Order(line),
                    Named::Entry(charge) => LineRef::Charge(charge),
                    other => panic!("{other:?} is not a line"),
                };
                CreditBy::Lines(vec![(line, self.amount(words.next()))])
            }
            None => CreditBy::Amount(self.amount(words.next())),
        };
        let keep_fees = words.flag("keep");
        let dated_on = words.after("on").map(day);
        let mut destinations = Vec::new();
        for to in [DestinationKind::Balance, DestinationKind::Card, DestinationKind::Outside] {
            if let Some(amount) = words.after(to.as_str()) {
                destinations.push(Destination { to, amount: self.amount(amount) });
            }
        }
        words.flag("to");
        let id = CreditNoteId::new(&mut self.shop.ids);
        let input = CreditNoteInput {
            id,
            invoice,
            by,
            description: "Credit note".to_owned(),
            reason: "returned goods".to_owned(),
            note: None,
            dated_on,
            issued_on: self.shop.invoices[&invoice].issued_on.expect("it was issued"),
            destinations,
            keep_fees,
        };
        let outcome = self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.credit_note(ids, &input))?;
        let mut answer = format!("credited {} tax {}", self.show(outcome.amount), self.show(outcome.tax));
        if outcome.freed > 0 {
            answer += &format!(" freed {}", self.show(outcome.freed));
        }
        self.answers.push(answer);
        Ok(())
    }

    fn write_off(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let target = self.target(words.next());
        let amount = words.0.pop().map(|amount| self.amount(amount));
        let input = WriteOff { target, amount, reason: "gone".to_owned(), note: None, when: When::Today };
        let touched = self.touched(&[Aim { target, amount: None }]);
        let outcome = self.shop.act(&touched, |account, ids| account.write_off(ids, &input))?;
        self.name(name, Named::Entry(outcome.entry));
        Ok(())
    }

    fn fee(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let invoice = self.invoice_id(words.next());
        let amount = self.amount(words.next());
        let due_on = self.shop.invoices[&invoice].due_on;
        let input = FeeCharge { invoice, amount, description: "Late fee".to_owned(), when: When::Today, due_on };
        let entry = self.shop.act(&[], |account, ids| account.charge_late_fee(ids, &input))?;
        self.name(name, Named::Entry(entry));
        Ok(())
    }

    fn by_hand(&mut self, verb: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let (when, due_on) = (when(words), words.after("due").map(day));
        let amount = self.amount(words.next());
        let input = ByHand { amount, description: name.to_owned(), category: None, note: None, method: None, when, due_on };
        let adjustment = Adjustment { amount, note: name.to_owned(), when };
        let entry = self.shop.act(&[], |account, ids| match verb {
            "charge" => account.charge_by_hand(ids, &input),
            "give" => account.credit_by_hand(ids, &input),
            _ => account.adjust(ids, &adjustment),
        })?;
        self.name(name, Named::Entry(entry));
        Ok(())
    }

    fn reverse(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let entry = match self.named(name) {
            Named::Order(order) => self.shop.charges(Target::Order(order))[0],
            _ => self.entry_id(name),
        };
        let input = Reverse { entry, reason: "a mistake".to_owned(), when: When::Today };
        let mut touched = vec![Touch::Entry(entry)];
        touched.push(self.touch_of(name));
        let reversal = self.shop.act(&touched, |account, ids| account.reverse(ids, &input))?;
        if let Some(name) = words.after("as") {
            self.name(name, Named::Entry(reversal));
        }
        Ok(())
    }

    fn reserve(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let amount = self.amount(words.next());
        words.flag("for");
        let aims = self.aims(words);
        let touched = self.touched(&aims);
        let parts = self.shop.act(&touched, |account, _| account.reserve(&aims, amount))?;
        self.name(name, Named::Reserved(parts));
        Ok(())
    }

    fn answer(&self, words: &mut Words<'_>) -> Vec<String> {
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

    fn describe(&self, name: &str) -> String {
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

    fn of_entry(&self, entry: EntryId) -> String {
        let item = self.shop.item(entry);
        let reversed = self.shop.entries.iter().any(|other| other.reverses == Some(entry));
        let status = entry_status(item.entry.side, item.entry.amount, item.state.allocated, reversed);
        let word = if item.is_charge() { "open" } else { "free" };
        let held = if item.state.held { " held" } else { "" };
        format!("{status} {word} {}{held}", self.show(item.open()))
    }

    fn figures(&self, figures: Figures) -> String {
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

    fn journal(&self, name: &str) -> Vec<String> {
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

    fn ageing(&self, as_of: &str) -> Vec<String> {
        let as_of = day(as_of);
        let due = |entry: &Entry| self.shop.item(entry.id).due_day();
        let a = age(open_as_at(&self.shop.entries, &self.shop.allocations, as_of, due), as_of);
        assert_eq!(a.balance(), balance_as_at(&self.shop.entries, as_of));
        let columns = [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus, a.total, a.credit].map(|amount| self.show(amount));
        vec![columns.join(" | ")]
    }

    fn entry_line(&self, entry: &Entry) -> String {
        let noted = entry.noted_on.map_or(String::new(), |day| format!(" noted {day}"));
        format!("{} {} {}{noted}", entry.effective_on, entry.kind, self.show(entry.signed()))
    }

    /// Documents, each with an amount if one follows.
    fn aims(&mut self, words: &mut Words<'_>) -> Vec<Aim> {
        let mut aims: Vec<Aim> = Vec::new();
        for word in words.0.drain(..) {
            if word.starts_with(|first: char| first.is_ascii_digit()) {
                aims.last_mut().expect("a document before its amount").amount = Some(self.amount(word));
            } else {
                aims.push(Aim { target: self.target(word), amount: None });
            }
        }
        aims
    }

    fn touched(&self, aims: &[Aim]) -> Vec<Touch> {
        let touch = |aim: &Aim| match aim.target {
            Target::Order(order) => Touch::Order(order),
            Target::Invoice(invoice) => Touch::Invoice(invoice),
            Target::Entry(entry) => Touch::Entry(entry),
        };
        aims.iter().map(touch).collect()
    }

    fn touch_of(&self, name: &str) -> Touch {
        match self.named(name) {
            Named::Payment(payment) => Touch::Payment(payment),
            Named::Order(order) => Touch::Order(order),
            _ => Touch::Entry(self.entry_id(name)),
        }
    }

    fn target(&self, name: &str) -> Target {
        match self.named(name) {
            Named::Order(order) => Target::Order(order),
            Named::Invoice(invoice) => Target::Invoice(invoice),
            _ => Target::Entry(self.entry_id(name)),
        }
    }

    fn name(&mut self, name: &str, named: Named) {
        self.names.insert(name.to_owned(), named);
    }

    fn named(&self, name: &str) -> Named {
        self.names.get(name).unwrap_or_else(|| panic!("nobody introduced {name}")).clone()
    }

    fn order_id(&self, name: &str) -> OrderId {
        let Named::Order(order) = self.named(name) else { panic!("{name} is not an order") };
        order
    }

    fn invoice_id(&self, name: &str) -> InvoiceId {
        let Named::Invoice(invoice) = self.named(name) else { panic!("{name} is not an invoice") };
        invoice
    }

    fn payment_id(&self, name: &str) -> PaymentId {
        let Named::Payment(payment) = self.named(name) else { panic!("{name} is not a payment") };
        payment
    }

    fn entry_id(&self, name: &str) -> EntryId {
        match self.named(name) {
            Named::Entry(entry) => entry,
            Named::Payment(payment) => self.credit_of(payment),
            other => panic!("{other:?} is not an entry"),
        }
    }

    fn credit_of(&self, payment: PaymentId) -> EntryId {
        self.shop.look(|account| account.credit_of(payment)).expect("the payment was received")
    }

    fn channel_of(&self, payment: PaymentId) -> Channel {
        self.shop.item(self.credit_of(payment)).state.channel.expect("payments have one")
    }

    fn amount(&self, text: &str) -> i64 {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        sign * Money::parse(digits, self.shop.basis.currency).unwrap_or_else(|_| panic!("{text} is not an amount")).minor
    }

    fn show(&self, minor: i64) -> String {
        Money::new(minor, self.shop.basis.currency).to_decimal()
    }
}

fn when(words: &mut Words<'_>) -> When {
    words.after("on").map_or(When::Today, |text| When::On(day(text)))
}
