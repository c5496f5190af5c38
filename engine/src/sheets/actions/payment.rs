//! What may be done with a payment, and with the payments of a document together.

use books::calendar::Instant;
use books::capability::{self, Action, Answer, AuthorizationFacts, RefundFacts};
use books::ids::{BusinessId, PaymentId};
use books::money::{Currency, Money};
use books::payment::PaymentState;
use books::refusal::Code;

use super::{Rights, complete};
use crate::error::Result;
use crate::flows::call::Actor;
use crate::flows::refund_payment::inside_window;
use crate::services::Services;
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::entry::{self, EntryLine};
use crate::store::payment::{self, Payment};

/// What may be done with a payment.
pub async fn of_payment(services: &Services, of: BusinessId, id: PaymentId, actor: &Actor) -> Result<Vec<Answer>> {
    let (business, payment, connections, reserved) = services
        .db
        .read(async move |reader| {
            let payment = payment::one(reader, of, id).await?;
            let reserved = match payment.entry_id {
                Some(entry) => entry::one(reader, of, entry).await?.reserved,
                None => 0,
            };
            Ok((business::one(reader, of).await?, payment, connection::of_business(reader, of).await?, reserved))
        })
        .await?;
    let connection = connections.iter().find(|connection| Some(connection.id) == payment.connection_id);
    let facts = of_one(&payment, reserved, connection, &business, Rights::of(actor, &business)?, services)?;
    let held = held_facts(&payment, services.db.clock().now());
    let void = match held {
        AuthorizationFacts::Live => Answer::yes(Action::Void),
        _ => Answer::no(Action::Void, Code::NotAuthorized, "Only an amount that is held can be let go; this payment holds none."),
    };
    let answers = vec![capability::refund(&facts), capability::capture(held), void];
    Ok(complete(answers, "This belongs to an order or an invoice, not to a payment."))
}

/// The payments of a document.
pub(super) struct Taken<'a> {
    pub(super) payments: &'a [Payment],
    pub(super) credits: &'a [EntryLine],
    pub(super) connections: &'a [Connection],
    pub(super) business: &'a Business,
    pub(super) currency: Currency,
}

/// Of all payments of a document together.
pub(super) fn refund(taken: &Taken<'_>, rights: Rights, services: &Services) -> Result<Answer> {
    let mut facts = nothing_refundable(taken.currency, rights);
    for payment in taken.payments.iter().filter(|payment| payment.currency == taken.currency) {
        let connection = taken.connections.iter().find(|connection| Some(connection.id) == payment.connection_id);
        let reserved =
            taken.credits.iter().find(|credit| Some(credit.id) == payment.entry_id).map_or(0, |credit| credit.reserved);
        let one = of_one(payment, reserved, connection, taken.business, rights, services)?;
        facts.refundable = facts.refundable.plus(one.refundable)?;
        facts.inside_window |= one.inside_window && one.refundable.minor > 0;
        facts.disputed |= one.disputed;
    }
    Ok(capability::refund(&facts))
}

fn nothing_refundable(currency: Currency, rights: Rights) -> RefundFacts {
    RefundFacts {
        refundable: Money::zero(currency),
        amount: None,
        inside_window: false,
        needs_approval: false,
        right: rights.refund,
        disputed: false,
    }
}

/// What is left of a payment to be given back, of which refunds under way have `reserved` a part.
pub(crate) fn left_of(payment: &Payment, reserved: i64) -> i64 {
    let back = match (payment.state, payment.returned) {
        (PaymentState::Succeeded, false) => 0,
        // Disputes that were lost took back their own amounts only.
        (PaymentState::Succeeded, true) if payment.lost > 0 => payment.lost,
        _ => payment.amount,
    };
    (payment.amount - payment.refunded - reserved - back).max(0)
}

/// What can be given back of one payment, of which refunds under way have `reserved` a part.
fn of_one(
    payment: &Payment,
    reserved: i64,
    connection: Option<&Connection>,
    business: &Business,
    rights: Rights,
    services: &Services,
) -> Result<RefundFacts> {
    let left = left_of(payment, reserved);
    let inside_window = inside_window(services, business, connection, payment)?;
    Ok(RefundFacts {
        refundable: Money::new(left, payment.currency),
        inside_window,
        disputed: payment.disputed,
        ..nothing_refundable(payment.currency, rights)
    })
}

/// What is held by any of these payments: the best of them.
pub(super) fn held_of(payments: &[Payment], now: Instant) -> AuthorizationFacts {
    let all = || payments.iter().map(|payment| held_facts(payment, now));
    let found = all().find(|held| *held == AuthorizationFacts::Live);
    found.or_else(|| all().find(|held| *held == AuthorizationFacts::Expired)).unwrap_or(AuthorizationFacts::Missing)
}

/// What is held by a payment now.
pub(crate) fn held_facts(payment: &Payment, now: Instant) -> AuthorizationFacts {
    match (payment.state, payment.held_until) {
        (PaymentState::Authorized, Some(until)) if until <= now => AuthorizationFacts::Expired,
        (PaymentState::Authorized, _) => AuthorizationFacts::Live,
        _ => AuthorizationFacts::Missing,
    }
}
