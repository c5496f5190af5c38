//! Asks a processor what a payment has become, and stores the answer.
//!
//! Nothing that a browser or a webhook says is believed: whoever wants to know comes here.

use books::ids::{AttemptId, PaymentId, RefundId};
use books::payment::PaymentState;
use processors::{Outcome, Reference, RejectReason, Remote, RemoteKind, Resolved};

use super::call::Call;
use super::key_apart::{KEYED, look_apart};
use super::remote_invoice::pursue;
use super::set_up_method::finish_setup_of;
use super::settle_payment::{Finding, settle_payment};
use super::settle_refund::{RefundFinding, settle_refund};
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::hook::Told;
use crate::store::payment::{self, Attempt, AttemptState, Payment};
use crate::store::remote_invoice;

/// A payment with all that is needed to ask about it.
pub(super) struct Case {
    pub payment: Payment,
    pub attempts: Vec<Attempt>,
    pub connection: Connection,
    /// The name of the business.
    pub business: String,
}

/// Reads it. None: the money is from outside.
pub(super) async fn case(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Case>> {
    let of = call.business;
    services
        .db
        .read(async move |reader| {
            let payment = payment::one(reader, of, id).await?;
            let Some(connection) = payment.connection_id else { return Ok(None) };
            let attempts = payment::attempts(reader, of, id).await?;
            let connection = connection::one(reader, of, connection).await?;
            let business = business::one(reader, of).await?.name;
            Ok(Some(Case { payment, attempts, connection, business }))
        })
        .await
}

/// Looks at the payment's page or charge as the processor has it now, and asks what became of calls whose answer was lost. Does
/// nothing for money from outside, or while the processor cannot say.
pub async fn look(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    see(services, call, id).await.map(|_| ())
}

/// The same. Answers false while the processor cannot say, so that whoever was told of a change comes back.
async fn see(services: &Services, call: &Call, id: PaymentId) -> Result<bool> {
    let Some(case) = case(services, call, id).await? else { return Ok(true) };
    let now = services.db.clock().now();
    let due = |attempt: &&Attempt| {
        attempt.state == AttemptState::Unknown
            || (attempt.state == AttemptState::Sending && attempt.check_at.is_none_or(|at| at <= now))
    };
    for attempt in case.attempts.iter().filter(due) {
        resolve(services, call, &case, attempt).await?;
    }
    for attempt in case.attempts.iter().filter(|attempt| attempt.state == AttemptState::Pending) {
        look_at_refund(services, call, &case, attempt).await?;
    }
    if let Some(keyed) = case.attempts.iter().find(|attempt| attempt.operation == KEYED && case.payment.remote_id.is_none()) {
        return look_apart(services, call, keyed, &case.connection, &case.business).await.map(|()| true);
    }
    // What was refused is over: a page outlives the cards that were declined on it.
    let stands = |attempt: &&Attempt| makes_payment(attempt) && attempt.state != AttemptState::Declined;
    let page = case.attempts.iter().rev().filter(stands).find_map(|attempt| attempt.remote_id.clone());
    let page_kind = if case.payment.kind == remote_invoice::KIND { RemoteKind::Invoice } else { RemoteKind::Checkout };
    let about = match (&case.payment.remote_id, page) {
        (Some(charge), _) => Reference::new(RemoteKind::Charge, charge.clone()),
        (None, Some(page)) => Reference::new(page_kind, page),
        (None, None) => {
            let first = case.attempts.iter().rev().find(|attempt| makes_payment(attempt) && !due(attempt));
            if let Some(attempt) = first.filter(|attempt| attempt.is_open()) {
                resolve(services, call, &case, attempt).await?;
            }
            return Ok(true);
        }
    };
    let connected = services.connections.open(&case.connection, &case.business)?;
    match connected.processor.fetch(&about, now).await {
        Outcome::Done(remote) | Outcome::Pending(remote) => {
            settle_payment(services, call, id, Finding::Seen(remote)).await?;
            pursue(services, call, id).await?;
            Ok(true)
        }
        answer => {
            tracing::info!(payment = %id, ?answer, "the processor could not say what became of a payment");
            Ok(!says_nothing(&answer))
        }
    }
}

/// The answer was lost, or our keys are not taken now: what was asked for may be there all the same.
fn says_nothing<T>(answer: &Outcome<T>) -> bool {
    match answer {
        Outcome::Unknown { .. } => true,
        Outcome::Rejected(rejection) => rejection.reason == RejectReason::Credentials,
        _ => false,
    }
}

/// The attempt is the one that takes the money, not one about money that was taken or is held.
fn makes_payment(attempt: &Attempt) -> bool {
    matches!(attempt.operation.as_str(), "checkout" | "charge" | "create_invoice")
}

/// Nobody knows whether the call arrived: asks for it by its key. Only evidence ends this.
async fn resolve(services: &Services, call: &Call, case: &Case, attempt: &Attempt) -> Result<()> {
    let connected = services.connections.open(&case.connection, &case.business)?;
    let now = services.db.clock().now();
    let by = processors::Attempt { id: attempt.id, at: now };
    let resolved = connected.processor.resolve(&by, &attempt.asked()?, now).await;
    let attempt_id = attempt.id;
    if let Some(refund) = attempt.refund_id {
        let finding = match resolved {
            Resolved::Found(outcome) => RefundFinding::Answered { attempt: attempt_id, outcome },
            Resolved::ProvenAbsent => RefundFinding::Absent { attempt: attempt_id },
            Resolved::StillUnknown { why } => RefundFinding::Answered { attempt: attempt_id, outcome: Outcome::Unknown { why } },
        };
        return settle_refund(services, call, refund, finding).await;
    }
    let finding = match resolved {
        Resolved::Found(outcome) => Finding::Answered { attempt: attempt_id, outcome },
        Resolved::ProvenAbsent => Finding::Absent { attempt: attempt_id },
        Resolved::StillUnknown { why } => Finding::Answered { attempt: attempt_id, outcome: Outcome::Unknown { why } },
    };
    settle_payment(services, call, case.payment.id, finding).await
}

/// A refund that the processor has and that is not settled: how it stands now.
async fn look_at_refund(services: &Services, call: &Call, case: &Case, attempt: &Attempt) -> Result<()> {
    let (Some(refund), Some(remote)) = (attempt.refund_id, &attempt.remote_id) else { return Ok(()) };
    let connected = services.connections.open(&case.connection, &case.business)?;
    let about = Reference::new(RemoteKind::Refund, remote.clone());
    match connected.processor.fetch(&about, services.db.clock().now()).await {
        Outcome::Done(Remote::Refund(seen)) | Outcome::Pending(Remote::Refund(seen)) => {
            settle_refund(services, call, refund, RefundFinding::Seen(seen)).await
        }
        _ => Ok(()),
    }
}

/// Follows a hint of a connection: finds what it is about and looks. Hints about what is not ours are left alone. Fails while the
/// processor cannot say, so that the hint is followed again.
pub(crate) async fn follow(services: &Services, call: &Call, connection: &Connection, told: &Told) -> Result<()> {
    if told.about.kind == RemoteKind::Setup {
        return finish_setup_of(services, call, connection, &told.about.id).await;
    }
    let remote = match told.about.kind {
        // What is told of a refund or dispute leads to its charge.
        RemoteKind::Refund | RemoteKind::Dispute => fetch(services, connection, &told.about).await?,
        _ => None,
    };
    let (attempt, about) = match &remote {
        Some(Remote::Refund(refund)) => (refund.charge_attempt, refund.charge.clone()),
        Some(Remote::Dispute(dispute)) => (dispute.charge_attempt, dispute.charge.clone()),
        _ => (told.attempt, told.about.id.clone()),
    };
    let mut payment = payment_of(services, connection, attempt, about).await?;
    // A message that names no attempt may be about a charge that carries one: Square's tells of the order behind a link only.
    if payment.is_none()
        && told.about.kind == RemoteKind::Charge
        && let Some(Remote::Charge(charge)) = fetch(services, connection, &told.about).await?
    {
        payment = payment_of(services, connection, charge.attempt, charge.id).await?;
    }
    let Some(payment) = payment else {
        tracing::info!(connection = %connection.id, about = ?told.about, "a processor told of something that is not ours");
        return Ok(());
    };
    if let Some(Remote::Refund(seen)) = &remote
        && let Some(refund) = refund_of(services, connection, seen).await?
    {
        settle_refund(services, call, refund, RefundFinding::Seen(seen.clone())).await?;
    }
    if told.about.kind == RemoteKind::Charge && takes_keyed(services, connection, payment).await? {
        // Several charges may carry the reference that staff typed: the one that is told of is looked at.
        if let Some(charge) = fetch(services, connection, &told.about).await? {
            return settle_payment(services, call, payment, Finding::Seen(charge)).await;
        }
    }
    if !see(services, call, payment).await? {
        return Err(cannot_say(&told.about));
    }
    if told.about.kind == RemoteKind::Charge
        && ended_without_charge(services, connection, payment).await?
        && let Some(charge) = fetch(services, connection, &told.about).await?
    {
        // It was given up, and the money came all the same: the charge that carries our key says so.
        return settle_payment(services, call, payment, Finding::Seen(charge)).await;
    }
    match remote {
        Some(Remote::Dispute(_)) => look_at_dispute(services, call, connection, payment, &told.about).await,
        _ => Ok(()),
    }
}

/// Asks how a dispute stands now, and books it. What was known of the payment's disputes is read before the question, so that an answer
/// which was overtaken is never taken for the newer one: it fails, and the hint is followed again.
async fn look_at_dispute(
    services: &Services,
    call: &Call,
    connection: &Connection,
    payment: PaymentId,
    about: &Reference,
) -> Result<()> {
    let of = connection.business_id;
    let known = services.db.read(async move |reader| payment::one(reader, of, payment).await).await?.disputes;
    match fetch(services, connection, about).await? {
        Some(Remote::Dispute(dispute)) => settle_payment(services, call, payment, Finding::Disputed { dispute, known }).await,
        _ => Ok(()),
    }
}

/// Whether the payment ended without any charge being known, so that looking at it asks for none.
async fn ended_without_charge(services: &Services, connection: &Connection, id: PaymentId) -> Result<bool> {
    let of = connection.business_id;
    let payment = services.db.read(async move |reader| payment::one(reader, of, id).await).await?;
    Ok(payment.remote_id.is_none() && matches!(payment.state, PaymentState::Failed | PaymentState::Canceled))
}

fn cannot_say(about: &Reference) -> Error {
    Error::Fault(format!("the processor cannot say now what became of {}", about.id))
}

/// Whether the payment is one that staff key in the processor's terminal apart.
async fn takes_keyed(services: &Services, connection: &Connection, id: PaymentId) -> Result<bool> {
    let of = connection.business_id;
    let attempts = services.db.read(async move |reader| payment::attempts(reader, of, id).await).await?;
    Ok(attempts.iter().any(|attempt| attempt.operation == KEYED))
}

/// What the processor has there; none when it has nothing of the kind. Fails while it cannot say.
async fn fetch(services: &Services, connection: &Connection, about: &Reference) -> Result<Option<Remote>> {
    let of = connection.business_id;
    let name = services.db.read(async move |reader| Ok(business::one(reader, of).await?.name)).await?;
    let connected = services.connections.open(connection, &name)?;
    match connected.processor.fetch(about, services.db.clock().now()).await {
        Outcome::Done(remote) | Outcome::Pending(remote) => Ok(Some(remote)),
        answer if says_nothing(&answer) => Err(cannot_say(about)),
        _ => Ok(None),
    }
}

async fn payment_of(
    services: &Services,
    connection: &Connection,
    attempt: Option<AttemptId>,
    about: String,
) -> Result<Option<PaymentId>> {
    let (business, id) = (connection.business_id, connection.id);
    services
        .db
        .read(async move |reader| {
            // A charge that is a payment already is that one, whatever reference staff typed beside it.
            if let Some(payment) = payment::by_remote(reader, business, id, &about).await? {
                return Ok(Some(payment.id));
            }
            if let Some(attempt) = attempt
                && let Some(found) = reader.get::<Attempt>(&[&business, &attempt]).await?
                // A reference that staff typed at another account, or at the one on trial, proves nothing about this payment.
                && found.connection_id == id
            {
                return Ok(Some(found.payment_id));
            }
            if let Some(invoice) = remote_invoice::by_remote(reader, business, id, &about).await? {
                return Ok(Some(invoice.payment_id));
            }
            Ok(None)
        })
        .await
}

/// The refund of ours that a processor tells of; none for one that was made at its own desk.
async fn refund_of(services: &Services, connection: &Connection, seen: &processors::Refund) -> Result<Option<RefundId>> {
    let (business, attempt) = (connection.business_id, seen.attempt);
    let Some(attempt) = attempt else { return Ok(None) };
    services
        .db
        .read(async move |reader| {
            let found: Option<Attempt> = reader.get::<Attempt>(&[&business, &attempt]).await?;
            Ok(found.and_then(|attempt| attempt.refund_id))
        })
        .await
}
