//! Which scope a call needs: the extractor that a handler names is the whole of its check, made before the body is read.
//!
//! Left out: whether there is a key at all, which the layer around the API has asked before any route is looked for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use books::ids::BusinessId;
use engine::flows::call::{Actor, Call};

use crate::app::App;
use crate::auth::Program;
use crate::json::{IdempotencyKey, Nothing, StrictQuery};
use crate::respond::Problem;

/// A program that may make this call, and the idempotency key it sent.
#[derive(Debug, Clone)]
pub struct Caller {
    pub business: BusinessId,
    program: Program,
    key: IdempotencyKey,
}

impl Caller {
    /// Who asks, where only rights matter.
    pub fn actor(&self) -> Actor {
        self.call([0; 32]).actor
    }

    /// The call of a flow, bound to what was asked.
    pub fn call(&self, request_hash: [u8; 32]) -> Call {
        self.program.call(self.key.clone(), request_hash)
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $scope:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Caller);

        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<$name, Problem> {
                let program = Program::from_request_parts(parts, app).await?;
                program.needs($scope)?;
                let key = IdempotencyKey::from_request_parts(parts, app).await?;
                Ok($name(Caller { business: program.business, program, key }))
            }
        }
    )*};
}

/// Sees everything, changes nothing; the call has no query. One that has one takes [`Asks`].
#[derive(Debug, Clone)]
pub struct Reads(pub Caller);

impl FromRequestParts<Arc<App>> for Reads {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Reads, Problem> {
        let Asks(caller) = Asks::from_request_parts(parts, app).await?;
        StrictQuery::<Nothing>::from_request_parts(parts, app).await?;
        Ok(Reads(caller))
    }
}

scopes! {
    /// Sees everything, changes nothing; the handler reads the query.
    Asks = "read";
    /// Writes customers, entries, orders, links and requests.
    Writes = "write";
    /// Takes money.
    Pays = "payments";
    /// Gives money back: refunds, credit notes, write-offs, adjustments, reversals.
    Refunds = "refunds";
    /// Decides how the business collects: processors, people, keys, settings.
    Sets = "settings";
}
