//! Who asks for an act, and under which key: what every flow is given besides its input.

use books::ids::{ApiKeyId, BusinessId, CustomerId, LinkId, UserId};

use crate::error::{Error, Result};
use crate::store::user::Role;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        role: Role,
    },
    /// A program, with the scopes of its key.
    Key {
        id: ApiKeyId,
        scopes: Vec<String>,
    },
    /// A payer who came through a link.
    Payer {
        link: LinkId,
    },
    /// A customer who signed in to the portal.
    Customer {
        id: CustomerId,
    },
    /// The installation itself: jobs, set-up, webhooks.
    System,
    /// Whoever approved what another had asked for: no limit stands in the way any more.
    Approved {
        by: Box<Actor>,
    },
}

impl Actor {
    /// As the audit line has it: `usr_…`, `key_…`, `lnk_…`, `cus_…` or `system`.
    pub fn id(&self) -> String {
        match self {
            Actor::User { id, .. } => id.to_string(),
            Actor::Key { id, .. } => id.to_string(),
            Actor::Payer { link } => link.to_string(),
            Actor::Customer { id } => id.to_string(),
            Actor::System => "system".to_owned(),
            Actor::Approved { by } => by.id(),
        }
    }

    pub fn role(&self) -> &'static str {
        match self {
            Actor::User { role, .. } => role.as_str(),
            Actor::Key { .. } => "key",
            Actor::Payer { .. } => "payer",
            Actor::Customer { .. } => "customer",
            Actor::System => "system",
            Actor::Approved { by } => by.role(),
        }
    }

    /// Refuses with NO_RIGHT or NO_SCOPE unless a user has at least this role, or a key this scope.
    pub fn must(&self, role: Role, scope: &'static str) -> Result<()> {
        match self {
            Actor::User { role: held, .. } if *held >= role => Ok(()),
            Actor::User { .. } => Err(Error::Forbidden { code: "NO_RIGHT" }),
            Actor::Key { scopes, .. } if scopes.iter().any(|held| held == scope) => Ok(()),
            Actor::Key { .. } => Err(Error::Forbidden { code: "NO_SCOPE" }),
            Actor::System => Ok(()),
            Actor::Approved { by } => by.must(role, scope),
            Actor::Payer { .. } | Actor::Customer { .. } => Err(Error::Forbidden { code: "NO_RIGHT" }),
        }
    }
}

/// An idempotency key with the digest of what was asked under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Up to 255 characters.
    pub text: String,
    /// SHA-256 of method, path and parsed body.
    pub hash: Vec<u8>,
}

/// One call of one flow.
#[derive(Debug, Clone)]
pub struct Call {
    pub business: BusinessId,
    pub actor: Actor,
    pub request_id: String,
    pub key: Option<Key>,
}

impl Call {
    /// An act of the installation itself.
    pub fn system(business: BusinessId, request_id: impl Into<String>) -> Call {
        Call { business, actor: Actor::System, request_id: request_id.into(), key: None }
    }
}

impl Call {
    /// The same caller's further step: the key was spent on the first one.
    pub(crate) fn onward(&self) -> Call {
        Call { key: None, ..self.clone() }
    }
}

/// What a flow answers: its result, and whether it was the repeat of an earlier call with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done<T> {
    pub value: T,
    pub repeated: bool,
}

impl<T> Done<T> {
    pub fn now(value: T) -> Done<T> {
        Done { value, repeated: false }
    }

    pub fn before(value: T) -> Done<T> {
        Done { value, repeated: true }
    }
}
