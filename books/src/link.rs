//! Links a payer pays by: their state and how much may be paid at once (LNK-1, REQ-3).
//!
//! Invariants: a link asks for what is due now; its policy bounds what the payer may choose, and the whole amount due
//! is always allowed. Left out: tokens and who saw the page.

use crate::calendar::Instant;
use crate::money::Money;
use crate::refusal::Code;
use crate::words::words;

words! {
    LinkState {
        Active = "active",
        Expired = "expired",
        Revoked = "revoked",
    }
}

/// Derived: a revoked link stays revoked, whatever its expiry.
pub fn link_state(revoked: bool, expires_at: Option<Instant>, now: Instant) -> LinkState {
    match expires_at {
        _ if revoked => LinkState::Revoked,
        Some(end) if end <= now => LinkState::Expired,
        _ => LinkState::Active,
    }
}

words! {
    PolicyKind {
        Full = "full",
        Minimum = "minimum",
        Steps = "steps",
        Any = "any",
    }
}

/// What a payer may choose to pay. Amounts are minor units of the link's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// The whole amount due.
    Full,
    /// At least this, or the whole if that is less.
    Minimum(i64),
    /// One of these amounts, or the whole.
    Steps(Vec<i64>),
    /// Anything up to the whole.
    Any,
}

/// Why a part may not be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartRefusal {
    #[error("this link takes only the whole {due}")]
    FullOnly { due: Money },
    #[error("pay at least {least}")]
    BelowMinimum { least: Money },
    #[error("choose one of the amounts offered, or the whole {due}")]
    NotAStep { due: Money },
    #[error("{asked} is more than the {due} that is due")]
    AboveDue { asked: Money, due: Money },
}

impl PartRefusal {
    pub fn code(&self) -> Code {
        match self {
            PartRefusal::FullOnly { .. } => Code::FullOnly,
            PartRefusal::BelowMinimum { .. } | PartRefusal::NotAStep { .. } => Code::BelowMinimum,
            PartRefusal::AboveDue { .. } => Code::AboveDue,
        }
    }

    /// The least that can be paid, where that is what was missed.
    pub fn least(&self) -> Option<Money> {
        match self {
            PartRefusal::BelowMinimum { least } => Some(*least),
            _ => None,
        }
    }
}

impl Policy {
    pub const fn kind(&self) -> PolicyKind {
        match self {
            Policy::Full => PolicyKind::Full,
            Policy::Minimum(_) => PolicyKind::Minimum,
            Policy::Steps(_) => PolicyKind::Steps,
            Policy::Any => PolicyKind::Any,
        }
    }

    /// The payer may choose an amount.
    pub const fn allows_parts(&self) -> bool {
        !matches!(self, Policy::Full)
    }

    /// Whether a payer may pay `asked` of what is `due` (same currency).
    pub fn check(&self, asked: Money, due: Money) -> Result<(), PartRefusal> {
        if asked.minor == due.minor {
            return Ok(());
        }
        let money = |minor| Money::new(minor, due.currency);
        match self {
            Policy::Full => return Err(PartRefusal::FullOnly { due }),
            Policy::Minimum(least) if asked.minor < *least => return Err(PartRefusal::BelowMinimum { least: money(*least) }),
            Policy::Steps(steps) => match steps.iter().min() {
                Some(least) if asked.minor < *least => return Err(PartRefusal::BelowMinimum { least: money(*least) }),
                _ if asked.minor < due.minor && !steps.contains(&asked.minor) => return Err(PartRefusal::NotAStep { due }),
                _ => {}
            },
            Policy::Any if asked.minor <= 0 => return Err(PartRefusal::BelowMinimum { least: money(1) }),
            _ => {}
        }
        if asked.minor > due.minor { Err(PartRefusal::AboveDue { asked, due }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn policies_bound_what_a_payer_may_choose() {
        let usd = |minor| Money::new(minor, Currency::from_code("USD").expect("a known code"));
        let steps = Policy::Steps(vec![5_000, 10_000]);
        let cases = [
            (Policy::Full, 30_000, None),
            (Policy::Full, 29_999, Some("FULL_ONLY")),
            (Policy::Full, 30_001, Some("FULL_ONLY")),
            (Policy::Minimum(5_000), 4_999, Some("BELOW_MINIMUM")),
            (Policy::Minimum(5_000), 5_000, None),
            (Policy::Minimum(40_000), 30_000, None),
            (Policy::Minimum(5_000), 30_001, Some("ABOVE_DUE")),
            (steps.clone(), 10_000, None),
            (steps.clone(), 1, Some("BELOW_MINIMUM")),
            (steps.clone(), 7_500, Some("BELOW_MINIMUM")),
            (steps, 30_001, Some("ABOVE_DUE")),
            (Policy::Any, 1, None),
            (Policy::Any, 0, Some("BELOW_MINIMUM")),
            (Policy::Any, 30_001, Some("ABOVE_DUE")),
        ];
        for (policy, asked, want) in cases {
            let code = policy.check(usd(asked), usd(30_000)).err().map(|refusal| refusal.code().as_str());
            assert_eq!(code, want, "{policy:?} {asked}");
        }
    }

    #[test]
    fn an_expired_link_that_was_revoked_is_revoked() {
        let at = Instant;
        assert_eq!(link_state(true, Some(at(1)), at(5)), LinkState::Revoked);
        assert_eq!(link_state(false, Some(at(5)), at(5)), LinkState::Expired);
        assert_eq!(link_state(false, Some(at(6)), at(5)), LinkState::Active);
        assert_eq!(link_state(false, None, at(5)), LinkState::Active);
    }
}
