//! Asks a processor what a payment has become, and stores the answer.
//!
//! Nothing that a browser or a webhook says is believed: whoever wants to know comes here.

use books::ids::PaymentId;
use processors::{Outcome, Reference, RemoteKind, Resolved};

use super::call::Call;
use super::settle_payment::{Finding, settle_payment};
use crate::error::Result;
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::hook::Told;
use crate::store::payment::{self, Attempt, Payment};

/// A payment with all that is needed to ask about it.
struct Case {
    payment: Payment,
    attempts: Vec<Attempt>,
    connection: Connection,
    business: String,
}

async fn case(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Case>> {
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

/// Looks at the payment's page or charge as the processor has it now. Does nothing for money from outside, or while the
/// processor cannot say.
pub async fn look(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    let Some(case) = case(services, call, id).await? else { return Ok(()) };
    let page = case.attempts.iter().rev().find_map(|attempt| attempt.remote_id.clone());
    let about = match (&case.payment.remote_id, page) {
        (Some(charge), _) => Reference::new(RemoteKind::Charge, charge.clone()),
        (None, Some(page)) => Reference::new(RemoteKind::Checkout, page),
        (None, None) => return resolve(services, call, &case).await,
    };
    let connected = services.connections.open(&case.connection, &case.business)?;
    match connected.processor.fetch(&about, services.db.clock().now()).await {
        Outcome::Done(remote) | Outcome::Pending(remote) => settle_payment(services, call, id, Finding::Seen(remote)).await,
        answer => {
            tracing::info!(payment = %id, ?answer, "the processor could not say what became of a payment");
            Ok(())
        }
    }
}

/// Nobody knows whether the call arrived: asks for it by its key. Only evidence ends this.
async fn resolve(services: &Services, call: &Call, case: &Case) -> Result<()> {
    let Some(attempt) = case.attempts.last() else { return Ok(()) };
    let asked =
        serde_json::from_str(&attempt.asked).map_err(|error| crate::error::Error::Fault(format!("{}: {error}", attempt.id)))?;
    let connected = services.connections.open(&case.connection, &case.business)?;
    let now = services.db.clock().now();
    let by = processors::Attempt { id: attempt.id, at: now };
    let finding = match connected.processor.resolve(&by, &asked, now).await {
        Resolved::Found(outcome) => Finding::Answered { attempt: attempt.id, outcome },
        Resolved::ProvenAbsent => Finding::Absent { attempt: attempt.id },
        Resolved::StillUnknown { why } => Finding::Answered { attempt: attempt.id, outcome: Outcome::Unknown { why } },
    };
    settle_payment(services, call, case.payment.id, finding).await
}

/// Follows a hint of a connection: finds the payment it is about and looks. Hints about what is not ours are left alone.
pub(crate) async fn follow(services: &Services, call: &Call, connection: &Connection, told: &Told) -> Result<()> {
    let found = of_told(services, connection, told).await?;
    match found {
        Some(payment) => look(services, call, payment).await,
        None => {
            tracing::info!(connection = %connection.id, about = ?told.about, "a processor told of something that is not ours");
            Ok(())
        }
    }
}

async fn of_told(services: &Services, connection: &Connection, told: &Told) -> Result<Option<PaymentId>> {
    let (business, id) = (connection.business_id, connection.id);
    let (attempt, about) = (told.attempt, told.about.id.clone());
    services
        .db
        .read(async move |reader| {
            if let Some(attempt) = attempt
                && let Some(found) = reader.get::<Attempt>(&[&business, &attempt]).await?
            {
                return Ok(Some(found.payment_id));
            }
            Ok(payment::by_remote(reader, business, id, &about).await?.map(|payment| payment.id))
        })
        .await
}
