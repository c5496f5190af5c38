//! Money in, moved, reserved, disputed and out.

use books::account::*;
use books::entry::{Entry, EntryKind};
use books::ids::PaymentId;
use books::ledger::rules::Channel;
use books::refusal::Refusal;

use super::words::{Words, when};
use super::{Named, Teller};
use crate::shop::Touch;

impl Teller {
    pub(super) fn pay(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
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

    pub(super) fn move_money(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let credit = self.entry_id(name);
        let aims = self.aims(words);
        let mut touched = self.touched(&aims);
        touched.push(self.touch_of(name));
        let input = Reallocate { credit, aims };
        self.shop.act(&touched, |account, ids| account.reallocate(ids, &input))
    }

    pub(super) fn refund(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let amount = self.amount(words.next());
        let channel = self.channel_of(payment);
        words.flag("reopens");
        let reopens = self.aims(words);
        let when = When::Today;
        let input = MoneyBack { payment, amount, channel, method: None, reason: "asked for".to_owned(), when, reopens };
        self.shop.act(&[Touch::Payment(payment)], |account, ids| account.refund(ids, &input)).map(drop)
    }

    pub(super) fn return_payment(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let dispute = words.flag("dispute");
        let amount = words.0.pop().map(|amount| self.amount(amount));
        let input = ReturnInput { payment, amount, dispute, reason: "no funds".to_owned(), when: When::Today };
        self.shop.act(&[Touch::Payment(payment)], |account, ids| account.return_payment(ids, &input)).map(drop)
    }

    pub(super) fn dispute(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let payment = self.payment_id(words.next());
        let (won, back) = (words.flag("won"), words.flag("back"));
        let credit = self.credit_of(payment);
        let next_seq = self.shop.journal.iter().filter(|line| line.entry == credit).count() as i32 + 1;
        let amount = self.shop.item(credit).entry.amount;
        let input = DisputeMove { payment, amount, next_seq, when: When::Today };
        if back {
            words.flag("for");
            return self.reinstate(input, words);
        }
        self.shop.act(&[Touch::Payment(payment)], |account, _| match won {
            true => account.dispute_won(&input),
            false => account.dispute_opened(&input),
        })?;
        self.shop.states.get_mut(&credit).expect("it is stored").disputed = !won;
        Ok(())
    }

    fn reinstate(&mut self, dispute: DisputeMove, words: &mut Words<'_>) -> Result<(), Refusal> {
        let aims = self.aims(words);
        let mut touched = self.touched(&aims);
        touched.push(Touch::Payment(dispute.payment));
        let of = |entry: &&Entry| entry.kind == EntryKind::Return && entry.payment == Some(dispute.payment);
        let returned = self.shop.entries.iter().rev().find(of).map(|entry| entry.id);
        let input = Reinstated { dispute, returned, reason: "won after all".to_owned(), aims };
        self.shop.act(&touched, |account, ids| account.dispute_reinstated(ids, &input))?;
        let credit = self.credit_of(dispute.payment);
        self.shop.states.get_mut(&credit).expect("it is stored").disputed = false;
        Ok(())
    }

    pub(super) fn payout(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let amount = self.amount(words.next());
        let input = PayoutInput { amount, method: None, reason: "asked for".to_owned(), when: When::Today };
        let entry = self.shop.act(&[], |account, ids| account.pay_out_credit(ids, &input))?;
        self.name(name, Named::Entry(entry));
        Ok(())
    }

    pub(super) fn reserve(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let amount = self.amount(words.next());
        words.flag("for");
        let aims = self.aims(words);
        let touched = self.touched(&aims);
        let parts = self.shop.act(&touched, |account, _| account.reserve(&aims, amount))?;
        self.name(name, Named::Reserved(parts));
        Ok(())
    }
}
