//! A business that does what it is told, with whatever exists by then.

use books::account::*;
use books::calendar::Day;
use books::entry::{EntryKind, Side};
use books::ids::*;
use books::ledger::rules::Channel;
use books::refusal::Refusal;
use jiff::ToSpan;

use super::acts::Act;
use crate::shop::{Shop, StoredInvoice, Touch};

#[derive(Default)]
pub struct Known {
    pub orders: Vec<OrderId>,
    pub invoices: Vec<InvoiceId>,
    pub payments: Vec<PaymentId>,
    pub reserved: Vec<Vec<Reserved>>,
}

pub struct Business {
    pub shop: Shop,
    pub known: Known,
}

fn pick<T: Copy>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()])
}

impl Business {
    pub fn open() -> Business {
        Business { shop: Shop::open(), known: Known::default() }
    }

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
    pub fn run(&mut self, act: &Act) -> Option<()> {
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
