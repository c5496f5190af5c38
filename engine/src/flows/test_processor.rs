//! A connection is tried out by a charge in which no money moves, and what the processor says decides whether it is live.
//!
//! The call happens outside any transaction; its outcome is stored afterwards.

use books::ids::{AttemptId, ConnectionId};
use processors::trial::try_out;
use processors::{Attempt, Outcome};

use super::audit::{Act, event_id};
use super::call::Call;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub works: bool,
    /// What the processor said, for people.
    pub said: String,
}

/// Tries the connection: live when the processor answers well, *failing* when it refuses; an answer that was lost changes
/// nothing. Trying again does no harm.
pub async fn test_processor(services: &Services, call: &Call, id: ConnectionId) -> Result<Tried> {
    let business = call.business;
    let (connection, of) = services
        .db
        .read(async move |reader| Ok((connection::one(reader, business, id).await?, business::one(reader, business).await?)))
        .await?;
    let connected = services.connections.open(&connection, &of.name)?;
    let mut attempts = || Attempt { id: AttemptId::new(&mut services.db.ids()), at: services.db.clock().now() };
    let back = format!("{}/admin/settings/processors", services.public_url());
    let tried = try_out(connected.processor.as_ref(), &mut attempts, of.currency, &back).await;
    let (state, said) = match tried {
        Outcome::Done(tested) | Outcome::Pending(tested) => (Some("live"), tested.text),
        Outcome::Declined(decline) => (Some("failing"), decline.text),
        Outcome::Rejected(rejection) => (Some("failing"), rejection.text),
        Outcome::NeedsAction(_) => (Some("failing"), "The processor wants something to be confirmed first.".to_owned()),
        Outcome::Unknown { why } => (None, format!("No answer came: {why}. Try again.")),
    };
    let by = call.clone();
    services
        .db
        .write(business, async move |tx| {
            let mut connection = tx.lock::<Connection>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
            if let Some(state) = state {
                connection.state = state.to_owned();
                tx.set(&connection);
            }
            let event = event_id(tx);
            let data = serde_json::json!({ "state": connection.state });
            Act { kind: "processor_tested", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(())
        })
        .await?;
    Ok(Tried { works: state == Some("live"), said })
}
