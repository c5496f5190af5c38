//! What somebody may give away alone: limits by role, above which a second person approves (OUT-1).
//!
//! Invariant: every refund, write-off, credit note, credit by hand and adjustment asks here inside its own transaction, and so does
//! what comes to the same: a reversal, a void, an amendment that credits an invoice. Taking lines off an order that nobody has
//! billed gives nothing away. An act that was approved, and what the installation does by itself, has no limit. Limits count in the business's own currency; in
//! another one nothing can be compared, so whoever has a limit asks.

use books::money::Money;

use super::call::Actor;
use crate::error::{Error, Refusal, Result};
use crate::store::business::{Business, Limits, Settings};
use crate::store::user::Role;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    Refund,
    /// Write-offs and credit notes.
    WriteOff,
    Credit,
    Adjustment,
}

impl Limited {
    pub fn as_str(self) -> &'static str {
        match self {
            Limited::Refund => "refund",
            Limited::WriteOff => "write_off",
            Limited::Credit => "credit",
            Limited::Adjustment => "adjustment",
        }
    }

    fn limit(self, of: &Limits) -> Option<i64> {
        match self {
            Limited::Refund => of.refund,
            Limited::WriteOff => of.write_off,
            Limited::Credit => of.credit,
            Limited::Adjustment => of.adjustment,
        }
    }

    /// The least role that may do it without a limit of its own, and the scope of a key.
    fn usually(self) -> (Role, &'static str) {
        match self {
            Limited::Credit => (Role::Clerk, "write"),
            Limited::Refund | Limited::WriteOff | Limited::Adjustment => (Role::Manager, "refunds"),
        }
    }
}

/// What somebody may do alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    Nothing,
    /// Up to so many minor units of the business's currency.
    UpTo(i64),
    Any,
}

/// What this actor may do alone. A clerk may do what managers may as far as a limit for clerks says so.
pub fn allowance(settings: &Settings, actor: &Actor, what: Limited) -> Allowance {
    if matches!(actor, Actor::System | Actor::Approved { .. }) {
        return Allowance::Any;
    }
    let limit = settings.limits.get(actor.role()).and_then(|limits| what.limit(limits));
    let (least, scope) = what.usually();
    let usually = actor.must(least, scope).is_ok();
    let by_limit = matches!(actor, Actor::User { role, .. } if *role >= Role::Clerk);
    match limit {
        Some(limit) if usually || by_limit => Allowance::UpTo(limit),
        None if usually => Allowance::Any,
        _ => Allowance::Nothing,
    }
}

impl Allowance {
    /// Whether a second person has to approve this amount.
    pub fn needs_approval(self, business: &Business, amount: Money) -> bool {
        match self {
            Allowance::Any | Allowance::Nothing => false,
            Allowance::UpTo(limit) => amount.currency != business.currency || amount.minor.unsigned_abs() > limit.unsigned_abs(),
        }
    }
}

/// Refuses NO_RIGHT and NEEDS_APPROVAL. Answers true when the act has to wait for a second person and whoever asks wants that.
pub(crate) fn must_wait(
    business: &Business,
    actor: &Actor,
    what: Limited,
    amount: Money,
    request_approval: bool,
) -> Result<bool> {
    let allowance = allowance(&business.settings()?, actor, what);
    if allowance == Allowance::Nothing {
        return Err(Error::Forbidden { code: "NO_RIGHT" });
    }
    match allowance.needs_approval(business, amount) {
        true if request_approval => Ok(true),
        true => Err(above_limit()),
        false => Ok(false),
    }
}

/// The same for an act that cannot wait: above their limit somebody leaves it to a person who may do it alone. `amount` without
/// its sign counts. Refuses NO_RIGHT and NEEDS_APPROVAL.
pub(crate) fn must_be_free(business: &Business, actor: &Actor, what: Limited, amount: Money) -> Result<()> {
    match must_wait(business, actor, what, amount, true)? {
        true => {
            Err(Refusal::new("NEEDS_APPROVAL", "this is above your limit: somebody whose limit allows it has to do it").into())
        }
        false => Ok(()),
    }
}

pub(crate) fn above_limit() -> Error {
    Refusal::new("NEEDS_APPROVAL", "this is above your limit: ask for approval by a second person").into()
}

#[cfg(test)]
mod tests {
    use books::ids::{ApiKeyId, UserId};

    use super::*;

    fn user(role: Role) -> Actor {
        Actor::User { id: UserId(uuid::Uuid::nil()), role }
    }

    #[test]
    fn a_role_may_what_its_limit_says() {
        let mut settings = Settings::default();
        assert_eq!(allowance(&settings, &user(Role::Clerk), Limited::Refund), Allowance::Nothing);
        assert_eq!(allowance(&settings, &user(Role::Manager), Limited::Refund), Allowance::Any);
        assert_eq!(allowance(&settings, &user(Role::Clerk), Limited::Credit), Allowance::Any);
        settings.limits.insert("clerk".to_owned(), Limits { refund: Some(500), ..Limits::default() });
        settings.limits.insert("viewer".to_owned(), Limits { refund: Some(500), ..Limits::default() });
        settings.limits.insert("key".to_owned(), Limits { refund: Some(900), ..Limits::default() });
        assert_eq!(allowance(&settings, &user(Role::Clerk), Limited::Refund), Allowance::UpTo(500));
        assert_eq!(allowance(&settings, &user(Role::Viewer), Limited::Refund), Allowance::Nothing);
        let key = |scope: &str| Actor::Key { id: ApiKeyId(uuid::Uuid::nil()), scopes: vec![scope.to_owned()] };
        assert_eq!(allowance(&settings, &key("refunds"), Limited::Refund), Allowance::UpTo(900));
        assert_eq!(allowance(&settings, &key("read"), Limited::Refund), Allowance::Nothing);
        assert_eq!(allowance(&settings, &Actor::System, Limited::Refund), Allowance::Any);
    }
}
