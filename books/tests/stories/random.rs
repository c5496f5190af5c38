//! Random business: whatever is done in whatever order, every invariant holds after every act.
//!
//! The checks are in [`Shop::act`]: the same decision from little as from everything, the audit of the raw rows, two
//! ways to every figure, and the balance as at every day. Refusals are fine; faults are not. Here only the acts are
//! made up.

use books::account::*;
use books::calendar::Day;
use books::entry::{EntryKind, Side};
use books::ids::*;
use books::ledger::rules::Channel;
use books::refusal::Refusal;
use jiff::ToSpan;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::naive::{Naive, Named};
use crate::shop::{Shop, StoredInvoice, Touch};

/// Enough to find what is rare by day, and the same ones each time; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more and others.
fn tries() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    let rng_seed = match asked.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_260_115),
        named => named,
    };
    ProptestConfig { cases, rng_seed, max_shrink_iters: 20_000, failure_persistence: None, ..asked }
}

/// An act with numbers that pick among what exists.
#[derive(Debug, Clone)]
enum Act {
    Order { gross: Vec<i64>, taxed: bool, less: bool, back: i64 },
    Add { order: usize, gross: i64 },
    Remove { order: usize, line: usize, discount: i64 },
    Cancel { order: usize },
    Earn { order: usize },
    InvoiceOrder { order: usize, due_in: i64 },
    InvoiceLines { gross: i64, due_in: i64 },
    InvoiceCharges { skip: usize },
    Void { invoice: usize, keep: bool },
    Pay { amount: i64, targets: Vec<(usize, Option<i64>)>, card: bool, account: bool, held: bool, back: i64 },
    Refund { payment: usize, amount: i64, reopens: Option<(usize, i64)> },
    Return { payment: usize, amount: Option<i64> },
    Credit { invoice: usize, amount: i64, to: usize, keep: bool, back: i64 },
    CreditLine { invoice: usize, line: usize, amount: i64 },
    WriteOff { target: usize, amount: Option<i64> },
    Fee { invoice: usize, amount: i64 },
    ByHand { side: Side, amount: i64, back: i64 },
    Adjust { amount: i64 },
    Reverse { entry: usize },
    Move { payment: usize, targets: Vec<(usize, Option<i64>)> },
    Payout { amount: i64 },
    Hold { entry: usize, held: bool },
    Reserve { amount: i64, target: usize },
    Release,
    ReserveRefund { payment: usize, amount: i64, goes_out: bool },
    Settings { apply_free: bool, tolerance: i64, lock_back: Option<i64> },
    Days { pass: i64 },
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..200, (1_i64..40).prop_map(|n| n * 500), Just(1), Just(10_000)]
}

fn targets() -> impl Strategy<Value = Vec<(usize, Option<i64>)>> {
    prop::collection::vec((any::<usize>(), prop::option::of(amount())), 0..3)
}

fn act() -> impl Strategy<Value = Act> {
    let n = any::<usize>;
    let back = || prop_oneof![4 => Just(0_i64), 1 => 1_i64..40];
    prop_oneof![
        1 => (prop::collection::vec(amount(), 1..4), any::<bool>(), any::<bool>(), back())
            .prop_map(|(gross, taxed, less, back)| Act::Order { gross, taxed, less, back }),
        1 => (n(), amount()).prop_map(|(order, gross)| Act::Add { order, gross }),
        1 => (n(), n(), prop_oneof![Just(0), amount()]).prop_map(|(order, line, discount)| Act::Remove { order, line, discount }),
        1 => n().prop_map(|order| Act::Cancel { order }),
        1 => n().prop_map(|order| Act::Earn { order }),
        1 => (n(), -10_i64..30).prop_map(|(order, due_in)| Act::InvoiceOrder { order, due_in }),
        1 => (amount(), -10_i64..30).prop_map(|(gross, due_in)| Act::InvoiceLines { gross, due_in }),
        1 => n().prop_map(|skip| Act::InvoiceCharges { skip }),
        1 => (n(), any::<bool>()).prop_map(|(invoice, keep)| Act::Void { invoice, keep }),
        3 => (amount(), targets(), any::<bool>(), any::<bool>(), any::<bool>(), back())
            .prop_map(|(amount, targets, card, account, held, back)| Act::Pay { amount, targets, card, account, held, back }),
        1 => (n(), amount(), prop::option::of((n(), amount())))
            .prop_map(|(payment, amount, reopens)| Act::Refund { payment, amount, reopens }),
        1 => (n(), prop::option::of(amount())).prop_map(|(payment, amount)| Act::Return { payment, amount }),
        2 => (n(), amount(), 0_usize..4, any::<bool>(), back())
            .prop_map(|(invoice, amount, to, keep, back)| Act::Credit { invoice, amount, to, keep, back }),
        1 => (n(), n(), amount()).prop_map(|(invoice, line, amount)| Act::CreditLine { invoice, line, amount }),
        1 => (n(), prop::option::of(amount())).prop_map(|(target, amount)| Act::WriteOff { target, amount }),
        1 => (n(), amount()).prop_map(|(invoice, amount)| Act::Fee { invoice, amount }),
        1 => (any::<bool>(), amount(), back()).prop_map(|(charge, amount, back)| {
            Act::ByHand { side: if charge { Side::Charge } else { Side::Credit }, amount, back }
        }),
        1 => (-5_000_i64..5_000).prop_map(|amount| Act::Adjust { amount }),
        2 => n().prop_map(|entry| Act::Reverse { entry }),
        1 => (n(), targets()).prop_map(|(payment, targets)| Act::Move { payment, targets }),
        1 => amount().prop_map(|amount| Act::Payout { amount }),
        1 => (n(), any::<bool>()).prop_map(|(entry, held)| Act::Hold { entry, held }),
        1 => (amount(), n()).prop_map(|(amount, target)| Act::Reserve { amount, target }),
        1 => Just(Act::Release),
        1 => (n(), amount(), any::<bool>()).prop_map(|(payment, amount, goes_out)| Act::ReserveRefund { payment, amount, goes_out }),
        1 => (any::<bool>(), prop_oneof![Just(0), 1_i64..600], prop::option::of(1_i64..20))
            .prop_map(|(apply_free, tolerance, lock_back)| Act::Settings { apply_free, tolerance, lock_back }),
        1 => (1_i64..20).prop_map(|pass| Act::Days { pass }),
    ]
}

#[derive(Default)]
struct Known {
    orders: Vec<OrderId>,
    invoices: Vec<InvoiceId>,
    payments: Vec<PaymentId>,
    reserved: Vec<Vec<Reserved>>,
}

struct Business {
    shop: Shop,
    known: Known,
}

fn pick<T: Copy>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()])
}

impl Business {
    fn back(&self, days: i64) -> When {
        if days == 0 { When::Today } else { When::On(self.shop.basis.today.saturating_sub(days.days())) }
    }

    fn ahead(&self, days: i64) -> Day {
        self.shop.basis.today.saturating_add(days.days())
    }

    fn lines(&mut self, gross: &[i64], taxed: bool) -> NewLines {
        let mut lines = NewLines { net: 0, tax: 0, lines: Vec::new() };
        for gross in gross {
            let tax = if taxed { gross / 11 } else { 0 };
            let line = LineRef::Order(OrderLineId::new(&mut self.shop.ids));
            lines.net += gross - tax;
            lines.tax += tax;
            lines.lines.push(NewLine { line, gross: *gross, tax });
        }
        lines
    }

    fn target(&self, at: usize) -> Option<Target> {
        let orders = self.known.orders.iter().map(|order| Target::Order(*order));
        let invoices = self.known.invoices.iter().map(|invoice| Target::Invoice(*invoice));
        let all: Vec<Target> = orders.chain(invoices).collect();
        pick(&all, at)
    }

    fn aims(&self, targets: &[(usize, Option<i64>)]) -> (Vec<Aim>, Vec<Touch>) {
        let aims = targets.iter().filter_map(|(at, amount)| self.target(*at).map(|target| Aim { target, amount: *amount }));
        let aims: Vec<Aim> = aims.collect();
        let touched = aims.iter().map(|aim| touch(aim.target)).collect();
        (aims, touched)
    }

    fn issue(&mut self, due_in: i64, act: impl FnOnce(&mut Self, InvoiceId, Option<Day>) -> Option<IssueOutcome>) {
        let invoice = InvoiceId::new(&mut self.shop.ids);
        let due_on = Some(self.ahead(due_in));
        let issued_on = Some(self.shop.basis.today);
        self.shop.invoices.insert(invoice, StoredInvoice { issued_on, due_on, issued_total: 0, void: false });
        match act(self, invoice, due_on) {
            Some(outcome) => {
                self.shop.invoices.get_mut(&invoice).expect("just stored").issued_total = outcome.total;
                self.known.invoices.push(invoice);
            }
            None => drop(self.shop.invoices.remove(&invoice)),
        }
    }

    fn amend(&mut self, order: OrderId, add: Option<NewLines>, remove: Vec<LineRef>, discount: i64) {
        let input = Amend {
            order,
            amendment: AmendmentId::new(&mut self.shop.ids),
            description: "Amended".to_owned(),
            reason: "other".to_owned(),
            note: None,
            add: add.clone(),
            discount: (discount > 0).then(|| NewLines { net: -discount, tax: 0, lines: Vec::new() }),
            remove,
            when: When::Today,
            recognized: false,
            due_on: None,
        };
        let lines = add.unwrap_or(NewLines { net: 0, tax: 0, lines: Vec::new() });
        let _ = self.shop.act_with_lines(&[Touch::Order(order)], &lines, |account, ids| account.amend(ids, &input));
    }

    /// Does the act; what is refused leaves nothing behind.
    fn run(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Order { gross, taxed, less, back } => {
                let order = OrderId::new(&mut self.shop.ids);
                let discount = less.then(|| -gross.iter().sum::<i64>() / 4);
                let gross: Vec<i64> = gross.iter().copied().chain(discount).collect();
                let lines = self.lines(&gross, *taxed);
                let when = self.back(*back);
                let input = OrderCharge { order, description: "Order".to_owned(), lines: lines.clone(), when, due_on: None };
                self.shop.act_with_lines(&[], &lines, |account, ids| account.charge_order(ids, &input)).ok()?;
                self.known.orders.push(order);
            }
            Act::Add { order, gross } => {
                let order = pick(&self.known.orders, *order)?;
                let lines = self.lines(&[*gross], true);
                self.amend(order, Some(lines), Vec::new(), 0);
            }
            Act::Remove { order, line, discount } => {
                let order = pick(&self.known.orders, *order)?;
                let charges = self.shop.charges(Target::Order(order));
                let lines: Vec<LineRef> =
                    self.shop.lines.iter().filter(|line| charges.contains(&line.charge)).map(|line| line.line).collect();
                self.amend(order, None, pick(&lines, *line).into_iter().collect(), *discount);
            }
            Act::Cancel { order } => {
                let order = pick(&self.known.orders, *order)?;
                let amendment = AmendmentId::new(&mut self.shop.ids);
                let reason = "canceled".to_owned();
                let input = TakeOff { order, amendment, lines: None, reason, note: None, when: When::Today };
                self.shop.act(&[Touch::Order(order)], |account, ids| account.take_off(ids, &input)).ok()?;
            }
            Act::Earn { order } => {
                let order = pick(&self.known.orders, *order)?;
                self.shop.act(&[Touch::Order(order)], |account, _| account.recognize_order(order, When::Today)).ok()?;
            }
            Act::InvoiceOrder { order, due_in } => {
                let order = pick(&self.known.orders, *order)?;
                let charges = self.shop.look(|account| account.billable(order));
                self.issue(*due_in, |business, invoice, due_on| {
                    let issue = |account: &mut Account, _: &mut _| account.issue_covering(invoice, &charges, due_on, When::Today);
                    business.shop.act(&[Touch::Order(order)], issue).ok()
                });
            }
            Act::InvoiceLines { gross, due_in } => {
                let mut lines = self.lines(&[*gross], true);
                let line = LineRef::Invoice(InvoiceLineId::new(&mut self.shop.ids));
                lines.lines[0].line = line;
                self.issue(*due_in, |business, invoice, due_on| {
                    let description = "Invoice".to_owned();
                    let input = ScratchBill { invoice, description, lines: lines.clone(), when: When::Today, due_on };
                    business.shop.act_with_lines(&[], &lines, |account, ids| account.issue_lines(ids, &input)).ok()
                });
            }
            Act::InvoiceCharges { skip } => {
                let charges: Vec<EntryId> = self
                    .shop
                    .entries
                    .iter()
                    .filter(|entry| entry.kind == EntryKind::ManualCharge)
                    .map(|entry| entry.id)
                    .filter(|id| self.shop.states[id].cover.is_none())
                    .skip(skip % 3)
                    .collect();
                self.issue(14, |business, invoice, due_on| {
                    let touched: Vec<Touch> = charges.iter().map(|charge| Touch::Entry(*charge)).collect();
                    let issue = |account: &mut Account, _: &mut _| account.issue_covering(invoice, &charges, due_on, When::Today);
                    business.shop.act(&touched, issue).ok()
                });
            }
            Act::Void { invoice, keep } => {
                let invoice = self.live_invoice(*invoice)?;
                let input = VoidInvoice { invoice, reason: "wrong".to_owned(), when: When::Today, keep_fees: *keep };
                self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.void_invoice(ids, &input)).ok()?;
                self.shop.invoices.get_mut(&invoice)?.void = true;
            }
            Act::Pay { amount, targets, card, account, held, back } => {
                let payment = PaymentId::new(&mut self.shop.ids);
                let (aims, touched) = self.aims(targets);
                let when = match self.back(*back) {
                    When::On(day) if *card => When::Machine(day),
                    when => when,
                };
                let input = MoneyIn {
                    payment,
                    amount: *amount,
                    channel: if *card { Channel::Processor("sandbox".to_owned()) } else { Channel::Outside },
                    method: None,
                    description: "Payment".to_owned(),
                    category: None,
                    note: None,
                    when,
                    aims,
                    whole_account: *account,
                    hold_excess: *held,
                };
                self.shop.act(&touched, |account, ids| account.receive(ids, &input)).ok()?;
                self.known.payments.push(payment);
            }
            Act::Refund { payment, amount, reopens } => {
                let payment = pick(&self.known.payments, *payment)?;
                let (aims, _) = self.aims(&reopens.map(|(at, amount)| (at, Some(amount))).into_iter().collect::<Vec<_>>());
                let input = self.money_back(payment, *amount, aims);
                self.shop.act(&[Touch::Payment(payment)], |account, ids| account.refund(ids, &input)).ok()?;
            }
            Act::Return { payment, amount } => {
                let payment = pick(&self.known.payments, *payment)?;
                let input =
                    ReturnInput { payment, amount: *amount, dispute: false, reason: "bounced".to_owned(), when: When::Today };
                self.shop.act(&[Touch::Payment(payment)], |account, ids| account.return_payment(ids, &input)).ok()?;
            }
            Act::Credit { invoice, amount, to, keep, back } => {
                self.credit(*invoice, CreditBy::Amount(*amount), *to, *keep, *back)?
            }
            Act::CreditLine { invoice, line, amount } => {
                let id = self.live_invoice(*invoice)?;
                let charges = self.shop.charges(Target::Invoice(id));
                let of_charges = self.shop.lines.iter().filter(|line| charges.contains(&line.charge)).map(|line| line.line);
                let lines: Vec<LineRef> = of_charges.chain(charges.iter().map(|charge| LineRef::Charge(*charge))).collect();
                let line = pick(&lines, *line)?;
                self.credit(*invoice, CreditBy::Lines(vec![(line, *amount)]), 0, false, 0)?;
            }
            Act::WriteOff { target, amount } => {
                let target = self.target(*target)?;
                let input = WriteOff { target, amount: *amount, reason: "gone".to_owned(), note: None, when: When::Today };
                self.shop.act(&[touch(target)], |account, ids| account.write_off(ids, &input)).ok()?;
            }
            Act::Fee { invoice, amount } => {
                let invoice = self.live_invoice(*invoice)?;
                let due_on = self.shop.invoices[&invoice].due_on;
                let description = "Late fee".to_owned();
                let input = FeeCharge { invoice, amount: *amount, description, when: When::Today, due_on };
                self.shop.act(&[], |account, ids| account.charge_late_fee(ids, &input)).ok()?;
            }
            Act::ByHand { side, amount, back } => {
                let input = ByHand {
                    amount: *amount,
                    description: "By hand".to_owned(),
                    category: None,
                    note: None,
                    method: None,
                    when: self.back(*back),
                    due_on: None,
                };
                let act = |account: &mut Account, ids: &mut crate::shop::Sequence| match side {
                    Side::Charge => account.charge_by_hand(ids, &input),
                    Side::Credit => account.credit_by_hand(ids, &input),
                };
                self.shop.act(&[], act).ok()?;
            }
            Act::Adjust { amount } => {
                let input = Adjustment { amount: *amount, note: "adjusted".to_owned(), when: When::Today };
                self.shop.act(&[], |account, ids| account.adjust(ids, &input)).ok()?;
            }
            Act::Reverse { entry } => {
                let all: Vec<EntryId> = self.shop.entries.iter().map(|entry| entry.id).collect();
                let entry = pick(&all, *entry)?;
                let mut touched = vec![Touch::Entry(entry)];
                touched.extend(self.shop.item(entry).entry.payment.map(Touch::Payment));
                let input = Reverse { entry, reason: "a mistake".to_owned(), when: When::Today };
                let reversed = self.shop.entries.iter().any(|other| other.reverses == Some(entry));
                match self.shop.act(&touched, |account, ids| account.reverse(ids, &input)) {
                    Ok(_) => assert!(!reversed, "{entry} was reversed twice"),
                    Err(refusal) => assert!(!reversed || matches!(refusal, Refusal::AlreadyReversed { .. }), "{refusal}"),
                }
            }
            Act::Move { payment, targets } => {
                let payment = pick(&self.known.payments, *payment)?;
                let credit = self.shop.look(|account| account.credit_of(payment))?;
                let (aims, mut touched) = self.aims(targets);
                touched.push(Touch::Payment(payment));
                let input = Reallocate { credit, aims };
                self.shop.act(&touched, |account, ids| account.reallocate(ids, &input)).ok()?;
            }
            Act::Payout { amount } => {
                let input = PayoutInput { amount: *amount, method: None, reason: "asked for".to_owned(), when: When::Today };
                self.shop.act(&[], |account, ids| account.pay_out_credit(ids, &input)).ok()?;
            }
            Act::Hold { entry, held } => {
                let all: Vec<EntryId> = self.shop.entries.iter().map(|entry| entry.id).collect();
                let entry = pick(&all, *entry)?;
                let hold = |account: &mut Account, _: &mut _| if *held { account.hold(entry) } else { account.unhold(entry) };
                self.shop.act(&[Touch::Entry(entry)], hold).ok()?;
            }
            Act::Reserve { amount, target } => {
                let (aims, touched) = self.aims(&[(*target, None)]);
                let parts = self.shop.act(&touched, |account, _| account.reserve(&aims, *amount)).ok()?;
                self.known.reserved.push(parts);
            }
            Act::Release => {
                let parts = self.known.reserved.pop()?;
                let touched: Vec<Touch> = parts.iter().map(|part| Touch::Entry(part.charge)).collect();
                self.shop.act(&touched, |account, _| account.release(&parts)).expect("what was reserved can be released");
            }
            Act::ReserveRefund { payment, amount, goes_out } => {
                let payment = pick(&self.known.payments, *payment)?;
                self.shop.act(&[Touch::Payment(payment)], |account, _| account.reserve_refund(payment, *amount)).ok()?;
                let input = self.money_back(payment, *amount, Vec::new());
                self.shop
                    .act(&[Touch::Payment(payment)], |account, ids| {
                        account.release_refund(payment, *amount)?;
                        if *goes_out { account.refund(ids, &input).map(drop) } else { Ok(()) }
                    })
                    .expect("a refund that was reserved can be posted");
            }
            Act::Settings { apply_free, tolerance, lock_back } => {
                self.shop.basis.apply_free = *apply_free;
                self.shop.basis.tolerance = *tolerance;
                self.shop.basis.locked_through = lock_back.map(|days| self.shop.basis.today.saturating_sub(days.days()));
                // The next flow of any kind applies what the setting allows.
                self.shop.act(&[], |_, _| Ok(())).expect("doing nothing is always possible");
            }
            Act::Days { pass } => self.shop.basis.today = self.ahead(*pass),
        }
        Some(())
    }

    fn money_back(&self, payment: PaymentId, amount: i64, reopens: Vec<Aim>) -> MoneyBack {
        let reason = "asked for".to_owned();
        MoneyBack { payment, amount, channel: Channel::Outside, method: None, reason, when: When::Today, reopens }
    }

    fn live_invoice(&self, at: usize) -> Option<InvoiceId> {
        let live: Vec<InvoiceId> = self.known.invoices.iter().copied().filter(|id| !self.shop.invoices[id].void).collect();
        pick(&live, at)
    }

    fn credit(&mut self, invoice: usize, by: CreditBy, to: usize, keep_fees: bool, back: i64) -> Option<()> {
        let invoice = self.live_invoice(invoice)?;
        let mut input = CreditNoteInput {
            id: CreditNoteId::new(&mut self.shop.ids),
            invoice,
            by,
            description: "Credit note".to_owned(),
            reason: "returned".to_owned(),
            note: None,
            dated_on: (back > 0).then(|| self.shop.basis.today.saturating_sub(back.days())),
            issued_on: self.shop.invoices[&invoice].issued_on?,
            destinations: Vec::new(),
            keep_fees,
        };
        // What it would free is tried first, as a page does, to split it.
        let preview = self.shop.look(|account| account.clone().credit_note(&mut self.shop.ids.clone(), &input)).ok()?;
        if to > 0 && preview.freed > 1 {
            let kinds = [DestinationKind::Balance, DestinationKind::Card, DestinationKind::Outside];
            let half = preview.freed / 2;
            input.destinations = vec![
                Destination { to: kinds[to - 1], amount: half },
                Destination { to: DestinationKind::Outside, amount: preview.freed - half },
            ];
        }
        let sent = self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.credit_note(ids, &input)).ok()?;
        for back in sent.to_card {
            let payment = back.payment.expect("card money has a payment");
            let refund = self.money_back(payment, back.amount, Vec::new());
            self.shop
                .act(&[Touch::Payment(payment)], |account, ids| {
                    account.release_refund(payment, back.amount)?;
                    account.refund(ids, &refund).map(drop)
                })
                .expect("what was freed for the card can be refunded");
        }
        Some(())
    }
}

fn touch(target: Target) -> Touch {
    match target {
        Target::Order(order) => Touch::Order(order),
        Target::Invoice(invoice) => Touch::Invoice(invoice),
        Target::Entry(entry) => Touch::Entry(entry),
    }
}

proptest! {
    #![proptest_config(tries())]

    #[test]
    fn whatever_happens_the_books_agree(acts in prop::collection::vec(act(), 1..40)) {
        let mut business = Business { shop: Shop::open(), known: Known::default() };
        for act in &acts {
            business.run(act);
        }
    }
}

/// The acts that the cent-by-cent opinion follows, with small amounts and no dating back.
fn plain_act() -> impl Strategy<Value = Act> {
    let n = any::<usize>;
    let cents = || 1_i64..90;
    prop_oneof![
        2 => prop::collection::vec(cents(), 1..4).prop_map(|gross| Act::Order { gross, taxed: true, less: false, back: 0 }),
        1 => (n(), cents()).prop_map(|(order, gross)| Act::Add { order, gross }),
        2 => (n(), n(), prop_oneof![Just(0), 1_i64..30])
            .prop_map(|(order, line, discount)| Act::Remove { order, line, discount }),
        1 => n().prop_map(|order| Act::Cancel { order }),
        2 => (n(), -10_i64..30).prop_map(|(order, due_in)| Act::InvoiceOrder { order, due_in }),
        2 => (cents(), -10_i64..30).prop_map(|(gross, due_in)| Act::InvoiceLines { gross, due_in }),
        1 => n().prop_map(|invoice| Act::Void { invoice, keep: true }),
        4 => (cents(), prop::collection::vec((n(), prop::option::of(1_i64..60)), 0..3)).prop_map(|(amount, targets)| {
            Act::Pay { amount, targets, card: false, account: false, held: false, back: 0 }
        }),
        2 => (n(), cents()).prop_map(|(payment, amount)| Act::Refund { payment, amount, reopens: None }),
        1 => (n(), prop::option::of(cents())).prop_map(|(payment, amount)| Act::Return { payment, amount }),
        2 => (n(), cents()).prop_map(|(invoice, amount)| Act::Credit { invoice, amount, to: 0, keep: true, back: 0 }),
        1 => (n(), prop::option::of(cents())).prop_map(|(target, amount)| Act::WriteOff { target, amount }),
        1 => (any::<bool>(), cents()).prop_map(|(charge, amount)| {
            Act::ByHand { side: if charge { Side::Charge } else { Side::Credit }, amount, back: 0 }
        }),
        1 => (1_i64..20).prop_map(|pass| Act::Days { pass }),
    ]
}

/// Does the same on the cents. Says whether it could be done; nothing when there was nothing to do it to.
fn follow(naive: &mut Naive, act: &Act) -> Option<bool> {
    let order = |naive: &Naive, at: usize| (naive.orders() > 0).then(|| at % naive.orders());
    let mut done = true;
    match act {
        Act::Order { gross, .. } => naive.order(gross),
        Act::Add { order: at, gross } => naive.add(order(naive, *at)?, *gross),
        Act::Remove { order: at, line, discount } => done = naive.amend(order(naive, *at)?, *line, *discount),
        Act::Cancel { order: at } => naive.cancel(order(naive, *at)?),
        Act::InvoiceOrder { order: at, due_in } => done = naive.invoice_order(order(naive, *at)?, *due_in),
        Act::InvoiceLines { gross, due_in } => naive.invoice_lines(*gross, *due_in),
        Act::Void { invoice, .. } => done = naive.void(naive.live_invoice(*invoice)?),
        Act::Pay { amount, targets, .. } => {
            let targets: Vec<_> = targets.iter().filter_map(|(at, part)| naive.pick(*at).map(|named| (named, *part))).collect();
            done = naive.pay(*amount, &targets);
        }
        Act::Refund { payment, amount, .. } if naive.has_payments() => done = naive.refund(*payment, *amount),
        Act::Return { payment, amount } if naive.has_payments() => done = naive.return_payment(*payment, *amount),
        Act::Credit { invoice, amount, .. } => done = naive.credit_note(naive.live_invoice(*invoice)?, *amount),
        Act::WriteOff { target, amount } => done = naive.write_off(naive.pick(*target)?, *amount),
        Act::ByHand { side, amount, .. } => naive.by_hand(*side == Side::Charge, *amount),
        Act::Days { pass } => naive.days(*pass),
        _ => return None,
    }
    Some(done)
}

fn compare(business: &Business, naive: &Naive) {
    assert_eq!(business.shop.balance, naive.balance(), "the balance");
    let five = |target| {
        let f = business.shop.figures(target);
        [f.total, f.paid, f.credited, f.written_off, f.amount_due]
    };
    for (at, order) in business.known.orders.iter().enumerate() {
        assert_eq!(five(Target::Order(*order)), naive.five(Named::Order(at)), "order {at}");
    }
    for (at, invoice) in business.known.invoices.iter().enumerate() {
        assert_eq!(five(Target::Invoice(*invoice)), naive.five(Named::Invoice(at)), "invoice {at}");
    }
    let free = business.known.payments.iter().map(|payment| {
        let credit = business.shop.look(|account| account.credit_of(*payment)).expect("it was received");
        business.shop.item(credit).open()
    });
    assert_eq!(free.collect::<Vec<_>>(), naive.free_of_payments(), "what is free of each payment");
}

proptest! {
    #![proptest_config(tries())]

    #[test]
    fn a_second_opinion_kept_cent_by_cent_agrees(acts in prop::collection::vec(plain_act(), 1..30)) {
        let mut business = Business { shop: Shop::open(), known: Known::default() };
        let mut naive = Naive::new(business.shop.basis.today);
        for act in &acts {
            business.run(act);
            follow(&mut naive, act);
            compare(&business, &naive);
        }
    }
}
