//! What a word of a story stands for.

use books::account::{Aim, Target};
use books::ids::{EntryId, InvoiceId, OrderId, PaymentId};
use books::ledger::rules::Channel;
use books::money::Money;

use super::words::Words;
use super::{Named, Teller};
use crate::shop::Touch;

impl Teller {
    /// Documents, each with an amount if one follows.
    pub(super) fn aims(&mut self, words: &mut Words<'_>) -> Vec<Aim> {
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

    pub(super) fn touched(&self, aims: &[Aim]) -> Vec<Touch> {
        let touch = |aim: &Aim| match aim.target {
            Target::Order(order) => Touch::Order(order),
            Target::Invoice(invoice) => Touch::Invoice(invoice),
            Target::Entry(entry) => Touch::Entry(entry),
        };
        aims.iter().map(touch).collect()
    }

    pub(super) fn touch_of(&self, name: &str) -> Touch {
        match self.named(name) {
            Named::Payment(payment) => Touch::Payment(payment),
            Named::Order(order) => Touch::Order(order),
            _ => Touch::Entry(self.entry_id(name)),
        }
    }

    pub(super) fn target(&self, name: &str) -> Target {
        match self.named(name) {
            Named::Order(order) => Target::Order(order),
            Named::Invoice(invoice) => Target::Invoice(invoice),
            _ => Target::Entry(self.entry_id(name)),
        }
    }

    pub(super) fn name(&mut self, name: &str, named: Named) {
        self.names.insert(name.to_owned(), named);
    }

    pub(super) fn named(&self, name: &str) -> Named {
        self.names.get(name).unwrap_or_else(|| panic!("nobody introduced {name}")).clone()
    }

    pub(super) fn order_id(&self, name: &str) -> OrderId {
        let Named::Order(order) = self.named(name) else { panic!("{name} is not an order") };
        order
    }

    pub(super) fn invoice_id(&self, name: &str) -> InvoiceId {
        let Named::Invoice(invoice) = self.named(name) else { panic!("{name} is not an invoice") };
        invoice
    }

    pub(super) fn payment_id(&self, name: &str) -> PaymentId {
        let Named::Payment(payment) = self.named(name) else { panic!("{name} is not a payment") };
        payment
    }

    pub(super) fn entry_id(&self, name: &str) -> EntryId {
        match self.named(name) {
            Named::Entry(entry) => entry,
            Named::Payment(payment) => self.credit_of(payment),
            other => panic!("{other:?} is not an entry"),
        }
    }

    pub(super) fn credit_of(&self, payment: PaymentId) -> EntryId {
        self.shop.look(|account| account.credit_of(payment)).expect("the payment was received")
    }

    pub(super) fn channel_of(&self, payment: PaymentId) -> Channel {
        self.shop.item(self.credit_of(payment)).state.channel.expect("payments have one")
    }

    pub(super) fn amount(&self, text: &str) -> i64 {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        sign * Money::parse(digits, self.shop.basis.currency).unwrap_or_else(|_| panic!("{text} is not an amount")).minor
    }

    pub(super) fn show(&self, minor: i64) -> String {
        Money::new(minor, self.shop.basis.currency).to_decimal()
    }
}
