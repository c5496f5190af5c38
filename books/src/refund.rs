//! Refunds: money of a payment that goes back, and their states (REF-1, OUT-1).
//!
//! Invariants: a refund is posted to the account when it succeeded, never before, so one that fails leaves the books
//! untouched; until then it reserves its credit. Left out: what it does to the account (`account/pay_out.rs`).

use crate::calendar::{Day, days_between};
use crate::words::words;

words! {
    /// A refund's own state.
    RefundState {
        /// Above a limit; a second person decides.
        WaitingApproval = "waiting_approval",
        /// Under way at the processor, its answer lost included.
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

impl RefundState {
    pub const fn is_final(self) -> bool {
        matches!(self, RefundState::Succeeded | RefundState::Failed)
    }

    /// It reserves its payment's credit.
    pub const fn reserves(self) -> bool {
        !self.is_final()
    }

    /// States only move forward.
    pub const fn may_become(self, next: RefundState) -> bool {
        match self {
            RefundState::WaitingApproval => !matches!(next, RefundState::WaitingApproval),
            RefundState::Pending => matches!(next, RefundState::Succeeded | RefundState::Failed),
            RefundState::Succeeded | RefundState::Failed => false,
        }
    }
}

words! {
    /// Where refunded money goes.
    RefundRoute {
        /// Back the way it came.
        Original = "original",
        /// Given back by staff, recorded only.
        Outside = "outside",
    }
}

/// The processor still takes refunds of a payment of that day. No window: always.
pub fn inside_window(paid_on: Day, today: Day, window_days: Option<u32>) -> bool {
    window_days.is_none_or(|days| days_between(paid_on, today) <= i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_day;

    #[test]
    fn ends_are_ends() {
        for from in RefundState::ALL {
            for to in RefundState::ALL {
                assert!(!(from.is_final() && from.may_become(*to)), "{from} to {to}");
                assert!(!from.may_become(*from));
            }
        }
        assert!(RefundState::WaitingApproval.may_become(RefundState::Succeeded));
    }

    #[test]
    fn the_window_includes_its_last_day() {
        let day = |text| parse_day(text).expect("a day");
        assert!(inside_window(day("2026-01-01"), day("2026-06-30"), Some(180)));
        assert!(!inside_window(day("2026-01-01"), day("2026-07-01"), Some(180)));
        assert!(inside_window(day("2020-01-01"), day("2026-07-01"), None));
    }
}
