//! What may be done now with an order, an invoice, a customer or a payment, and if not, why: every action, each time (ORD-6).
//!
//! Invariant: the answers are those of [`books::capability`], on the same facts that the flows decide on. An action that a thing
//! does not have at all is answered with NOT_FOR_THIS_KIND and where to find it.

mod customer;
mod invoice;
mod order;
mod payment;

use books::calendar::Instant;
use books::capability::{
    self, Action, AddPaymentFacts, Answer, AuthorizationFacts, AuthorizeFacts, ChargeSavedFacts, PayFacts, Processors,
    RequestPaymentFacts, SavedMethod,
};
use books::ids::{BusinessId, CustomerId};
use books::link::{LinkState, Policy};
use books::money::{Currency, Money};
use books::refusal::Code;

pub use self::customer::of_customer;
pub use self::invoice::of_invoice;
pub use self::order::of_order;
pub use self::payment::of_payment;
pub(crate) use self::payment::{held_facts, left_of};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::flows::call::Actor;
use crate::flows::limits::{Allowance, Limited, allowance};
use crate::flows::send_message;
use crate::store::business::Business;
use crate::store::message::{self, Reached};
use crate::store::remote_invoice::RemoteInvoice;
use crate::store::user::Role;

/// What whoever asks may do.
#[derive(Debug, Clone, Copy)]
struct Rights {
    pay: bool,
    refund: bool,
    write_off: bool,
    /// May take an invoice back.
    void: bool,
    /// May put charges on an account.
    charge: bool,
}

impl Rights {
    fn of(actor: &Actor, business: &Business) -> Result<Rights> {
        let settings = business.settings()?;
        let may = |what| allowance(&settings, actor, what) != Allowance::Nothing;
        Ok(Rights {
            pay: actor.must(Role::Clerk, "payments").is_ok(),
            refund: may(Limited::Refund),
            write_off: may(Limited::WriteOff),
            void: actor.must(Role::Manager, "write").is_ok(),
            charge: actor.must(Role::Clerk, "write").is_ok(),
        })
    }
}

/// Facts that an order and an account share.
struct Common<'a> {
    business: &'a Business,
    due: Money,
    pending: Option<Money>,
    processors: Processors,
    /// Whether one makes invoices of its own.
    invoicing: Processors,
    /// Whether one has fields in which staff key a card.
    keying: Processors,
    /// The default method, as it stands today.
    method: SavedMethod,
    /// What is held for it and was not taken.
    held: AuthorizationFacts,
    rights: Rights,
    /// What decides whether a message may go to the customer.
    reached: &'a Reached,
    now: Instant,
}

impl Common<'_> {
    /// Money that staff take, whatever for.
    fn taking(&self) -> Result<Vec<Answer>> {
        let locked_through = self.business.settings()?.locked_through;
        let add = AddPaymentFacts {
            pending: self.pending,
            despite_pending: false,
            received_on: Some(self.business.today(self.now)),
            locked_through,
            right: self.rights.pay,
        };
        let saved =
            ChargeSavedFacts { due: self.due, method: self.method, amount: None, pending: self.pending, right: self.rights.pay };
        let ChargeSavedFacts { due, method, amount, pending, right } = saved;
        let authorize = AuthorizeFacts { due, processors: self.keying, method, amount, pending, right };
        Ok(vec![
            capability::add_payment(&add),
            capability::charge_saved(&saved),
            capability::authorize(&authorize),
            capability::process_card(self.held),
            capability::process_cash(None),
            capability::process_check(None),
        ])
    }

    /// A document is asked for by a request of ours, or by an invoice of a processor's. `out` are its invoices there.
    fn asking(&self, has_address: bool, out: &[RemoteInvoice]) -> [Answer; 2] {
        let currency = self.due.currency;
        let out = out.iter().filter(|invoice| invoice.state.is_out() && invoice.currency == currency);
        let out: i64 = out.map(|invoice| invoice.amount).sum();
        let invoiced = (out > 0).then(|| Money::new(out, currency));
        let facts = |processors| RequestPaymentFacts { due: self.due, processors, has_address, pending: self.pending, invoiced };
        [capability::request_payment(&facts(self.processors)), capability::remote_invoice(&facts(self.invoicing))]
    }

    /// A payer pays through a link of this state and policy.
    fn paying(&self, link: LinkState, can_pay: bool, policy: &Policy) -> [Answer; 2] {
        let can_pay = can_pay && self.processors != Processors::None;
        let facts = PayFacts { due: self.due, link, can_pay, pending: self.pending };
        [capability::pay(&facts), capability::pay_part(policy, None, self.due)]
    }

    fn message(&self) -> Result<Answer> {
        Ok(send_message::answer(self.reached, self.business.settings()?.hold_messages, self.business.currency))
    }
}

/// What decides whether a message may go to one customer. Unknown customers are NotFound.
async fn reached(reader: &mut Reader<'_>, of: BusinessId, currency: Currency, id: CustomerId) -> Result<Reached> {
    let found = message::would_reach(reader, of, currency, Some(&[id])).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// All actions in their published order: those that were answered, and the rest as belonging elsewhere.
fn complete(answered: Vec<Answer>, elsewhere: &str) -> Vec<Answer> {
    let one = |action: &Action| {
        let found = answered.iter().find(|answer| answer.action == *action).cloned();
        found.unwrap_or_else(|| Answer::no(*action, Code::NotForThisKind, elsewhere))
    };
    Action::ALL.iter().map(one).collect()
}
