//! Entries by hand, write-offs and reversals.

use books::account::*;
use books::refusal::Refusal;

use super::words::{Words, when};
use super::{Named, Teller};
use crate::shop::{Touch, day};

impl Teller {
    pub(super) fn by_hand(&mut self, verb: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
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

    pub(super) fn write_off(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let target = self.target(words.next());
        let amount = words.0.pop().map(|amount| self.amount(amount));
        let input = WriteOff { target, amount, reason: "gone".to_owned(), note: None, when: When::Today };
        let touched = self.touched(&[Aim { target, amount: None }]);
        let outcome = self.shop.act(&touched, |account, ids| account.write_off(ids, &input))?;
        self.name(name, Named::Entry(outcome.entry));
        Ok(())
    }

    pub(super) fn reverse(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
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
}
