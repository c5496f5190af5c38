//! Staff write to one, some or all customers. Whoever has unpaid invoices is held until they pay, whoever has no address until
//! they have one (MSG-1).
//!
//! Invariant: who gets it is decided once, with the message, in one transaction; a job writes the mails. A message that was
//! held goes out once: its release is a guarded update.

use std::collections::BTreeSet;

use books::capability::{self, Answer, SendMessageFacts};
use books::ids::{BusinessId, CustomerId, MessageId};
use books::money::{Currency, Money};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::{Db, Expect};
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::message::{self, MOST_RECIPIENTS, Message, RELEASE, Reached, Recipient};
use crate::store::user::Role;

/// The most customers that may be named one by one.
pub const MOST_NAMED: usize = 1000;
/// At most so many held messages are let go in one round.
const AT_ONCE: i64 = 200;

/// To whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    All,
    These(Vec<CustomerId>),
}

/// What staff write.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub to: To,
    pub subject: String,
    pub body: String,
}

/// Somebody to whom it would go, and the answer whether it may.
#[derive(Debug, Clone)]
pub struct Addressed {
    pub customer: Reached,
    pub answer: Answer,
}

impl To {
    /// Refuses nobody, and more than can be named.
    fn named(&self) -> Result<Option<Vec<CustomerId>>> {
        let To::These(ids) = self else { return Ok(None) };
        let once: BTreeSet<CustomerId> = ids.iter().copied().collect();
        if once.is_empty() {
            return Err(Error::invalid("to", "REQUIRED", "choose at least one customer"));
        }
        if once.len() > MOST_NAMED {
            return Err(Error::invalid("to", "TOO_MANY", format!("name at most {MOST_NAMED} customers, or write to all")));
        }
        Ok(Some(once.into_iter().collect()))
    }
}

/// Whether a message may go to a customer now, by the business's rule.
pub(crate) fn answer(one: &Reached, hold_rule: bool, currency: Currency) -> Answer {
    // What is unpaid in another currency holds just as well: the smallest amount stands for it.
    let unpaid = if one.unpaid == 0 { one.unpaid_charges.min(1) } else { one.unpaid };
    capability::send_message(&SendMessageFacts {
        hold_rule,
        exempt: one.hold_exempt,
        unpaid: Money::new(unpaid, currency),
        has_address: one.email.is_some(),
    })
}

fn addressed(found: Vec<Reached>, asked: Option<&[CustomerId]>, hold_rule: bool, currency: Currency) -> Result<Vec<Addressed>> {
    if let Some(asked) = asked
        && found.len() < asked.len()
    {
        let known: BTreeSet<CustomerId> = found.iter().map(|one| one.id).collect();
        let missing = asked.iter().find(|id| !known.contains(id)).map(ToString::to_string).unwrap_or_default();
        return Err(Error::invalid("to", "NOT_FOUND", format!("there is no customer {missing}")));
    }
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > MOST_RECIPIENTS {
        return Err(Error::invalid("to", "TOO_MANY", format!("one message goes to at most {MOST_RECIPIENTS} customers")));
    }
    Ok(found.into_iter().map(|customer| Addressed { answer: answer(&customer, hold_rule, currency), customer }).collect())
}

/// Who would get a message now and who would be held, before it is sent.
pub async fn preview(db: &Db, of: BusinessId, to: &To) -> Result<Vec<Addressed>> {
    let named = to.named()?;
    db.read(async move |reader| {
        let business = business::one(reader, of).await?;
        let found = message::would_reach(reader, of, business.currency, named.as_deref()).await?;
        addressed(found, named.as_deref(), business.settings()?.hold_messages, business.currency)
    })
    .await
}

/// Sends a message. Whoever may not get it is held with the code that says why. Idempotent by key.
/// Refuses with NO_RIGHT, an empty subject or text, a customer who does not exist, and too many.
pub async fn send_message(db: &Db, call: &Call, new: NewMessage) -> Result<Done<MessageId>> {
    call.actor.must(Role::Clerk, "write")?;
    let subject = check::name("subject", &new.subject)?;
    let body = check::note("body", Some(&new.body))?.ok_or_else(|| Error::invalid("body", "REQUIRED", "this cannot be empty"))?;
    let named = new.to.named()?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let business = business::of(tx).await?;
        let found = message::reached(tx, by.business, business.currency, named.as_deref()).await?;
        let all = addressed(found, named.as_deref(), business.settings()?.hold_messages, business.currency)?;
        let id = MessageId::new(tx.ids());
        tx.insert(&Message {
            business_id: by.business,
            id,
            subject: subject.clone(),
            body: body.clone(),
            to_all: named.is_none(),
            actor: by.actor.id(),
            created_at: tx.now(),
        });
        let mut sent = 0;
        for one in &all {
            sent += usize::from(one.answer.allowed);
            tx.insert(&Recipient {
                business_id: by.business,
                message_id: id,
                customer_id: one.customer.id,
                state: if one.answer.allowed { "sent" } else { "held" }.to_owned(),
                code: one.answer.code.map(|code| code.as_str().to_owned()),
                released_at: None,
            });
        }
        let event = event_id(tx);
        if sent > 0 {
            leave_job(tx, "mail_message", id, event);
        }
        let only = match &all[..] {
            [one] => Some(one.customer.id),
            _ => None,
        };
        let data = serde_json::json!({ "to_all": named.is_none(), "sent": sent, "held": all.len() - sent });
        Act { kind: "message_sent", subject: id.to_string(), customer: only, data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// Lets go what was held for invoices that are paid by now, or for an address that is there now, of every business. Answers how many.
pub async fn release_due(services: &Services) -> Result<usize> {
    let mut released = 0;
    for business in business::list(&services.db).await? {
        let (of, hold_rule) = (business.id, business.settings()?.hold_messages);
        let free = services.db.read(async move |reader| message::free(reader, of, hold_rule, AT_ONCE).await).await?;
        for one in free {
            let call = Call::system(of, format!("release {}", one.message_id));
            released += usize::from(release(&services.db, &call, one.message_id, one.customer_id).await?);
        }
    }
    Ok(released)
}

/// False when another node was first.
async fn release(db: &Db, call: &Call, id: MessageId, customer: CustomerId) -> Result<bool> {
    let by = call.clone();
    let done = db
        .write(call.business, async move |tx| {
            let now = tx.now();
            tx.execute(&RELEASE, &[&by.business, &id, &customer, &now], Expect::Exactly(1));
            let event = event_id(tx);
            leave_job(tx, "mail_released", format!("{id}/{customer}"), event);
            let data = serde_json::json!({ "customer": customer });
            Act { kind: "message_released", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(true),
        Err(Error::Broken { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
