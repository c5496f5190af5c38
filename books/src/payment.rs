//! Payments: one try with one amount and a state of its own; another try is a new payment (PAY-1, rule 6).
//!
//! Invariants: a state only moves forward; *unknown* leaves only with evidence from the processor; money that arrives
//! after a payment had ended is never dropped. Refunded, disputed and returned stand beside *succeeded*, they do not
//! replace it. Left out: calls to processors and what their answers mean (`processors`).

use crate::words::words;

words! {
    /// A payment's own state.
    PaymentState {
        /// Begun; the payer or the processor has not answered yet.
        Created = "created",
        /// The amount is held on the card, not yet taken.
        Authorized = "authorized",
        /// Accepted and under way: a bank debit.
        Pending = "pending",
        /// The answer was lost. Money may have moved.
        Unknown = "unknown",
        Succeeded = "succeeded",
        /// Declined or refused; no money moved.
        Failed = "failed",
        Canceled = "canceled",
    }
}

/// What evidence says about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    Authorized,
    Pending,
    /// Nothing was learnt.
    Lost,
    Succeeded,
    Failed,
    Canceled,
}

/// What to do with evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Move to this state.
    To(PaymentState),
    /// Already so, or later than what is known: nothing to do.
    Nothing,
    /// Money arrived although the payment had ended: record it as credit that is held, and tell staff.
    LateMoney,
}

impl PaymentState {
    /// No further evidence changes it, except money that arrives all the same.
    pub const fn is_final(self) -> bool {
        matches!(self, PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled)
    }

    /// Under way: it reserves its amount. A created one does as soon as it was `sent` to the processor.
    pub const fn reserves(self, sent: bool) -> bool {
        match self {
            PaymentState::Authorized | PaymentState::Pending | PaymentState::Unknown => true,
            PaymentState::Created => sent,
            PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled => false,
        }
    }

    /// It can be tried again as a new payment.
    pub const fn can_be_retried(self) -> bool {
        matches!(self, PaymentState::Failed | PaymentState::Canceled)
    }

    /// How far along: evidence never moves a payment to an earlier one.
    const fn rank(self) -> u8 {
        match self {
            PaymentState::Created => 0,
            PaymentState::Unknown => 1,
            PaymentState::Authorized => 2,
            PaymentState::Pending => 3,
            PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled => 4,
        }
    }
}

/// Direct answer, webhook and polling all end here; late and repeated evidence changes nothing.
pub fn on_evidence(state: PaymentState, evidence: Evidence) -> Step {
    use PaymentState as S;
    let to = match evidence {
        Evidence::Authorized => S::Authorized,
        Evidence::Pending => S::Pending,
        // A call whose answer is lost may have moved money from any state before the end.
        Evidence::Lost => return if state.is_final() || state == S::Unknown { Step::Nothing } else { Step::To(S::Unknown) },
        Evidence::Succeeded => S::Succeeded,
        Evidence::Failed => S::Failed,
        Evidence::Canceled => S::Canceled,
    };
    match (state, to) {
        (S::Failed | S::Canceled, S::Succeeded) => Step::LateMoney,
        _ if to.rank() > state.rank() => Step::To(to),
        _ => Step::Nothing,
    }
}

words! {
    /// How money that staff record came.
    ExternalKind {
        Cash = "cash",
        Check = "check",
        BankTransfer = "bank_transfer",
        /// A terminal that is not ours.
        CardTerminal = "card_terminal",
        Other = "other",
    }
}

words! {
    /// The form of payment over the counter or by phone.
    InPersonKind {
        Card = "card",
        Check = "check",
        Cash = "cash",
    }
}

/// The change of a cash payment; nothing when too little was tendered.
pub fn change(tendered: i64, amount: i64) -> Option<i64> {
    tendered.checked_sub(amount).filter(|change| *change >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PaymentState::*;

    const ALL_EVIDENCE: [Evidence; 6] =
        [Evidence::Authorized, Evidence::Pending, Evidence::Lost, Evidence::Succeeded, Evidence::Failed, Evidence::Canceled];

    #[test]
    fn states_only_move_forward() {
        let cases = [
            (Created, Evidence::Pending, Step::To(Pending)),
            (Created, Evidence::Lost, Step::To(Unknown)),
            (Unknown, Evidence::Failed, Step::To(Failed)),
            (Unknown, Evidence::Lost, Step::Nothing),
            (Authorized, Evidence::Lost, Step::To(Unknown)),
            (Pending, Evidence::Authorized, Step::Nothing),
            (Pending, Evidence::Succeeded, Step::To(Succeeded)),
            (Succeeded, Evidence::Succeeded, Step::Nothing),
            (Succeeded, Evidence::Failed, Step::Nothing),
            (Failed, Evidence::Succeeded, Step::LateMoney),
            (Canceled, Evidence::Succeeded, Step::LateMoney),
            (Canceled, Evidence::Pending, Step::Nothing),
        ];
        for (state, evidence, want) in cases {
            assert_eq!(on_evidence(state, evidence), want, "{state} {evidence:?}");
        }
    }

    #[test]
    fn nothing_leaves_an_end_and_repeats_do_nothing() {
        for state in PaymentState::ALL {
            for evidence in ALL_EVIDENCE {
                match on_evidence(*state, evidence) {
                    Step::To(next) => {
                        assert!(!state.is_final(), "{state}");
                        assert_eq!(on_evidence(next, evidence), Step::Nothing, "{state} {evidence:?} twice");
                    }
                    Step::LateMoney => assert_eq!(evidence, Evidence::Succeeded),
                    Step::Nothing => {}
                }
            }
        }
    }

    #[test]
    fn what_is_under_way_reserves() {
        let reserving: Vec<_> =
            PaymentState::ALL.iter().filter(|state| state.reserves(false)).map(|state| state.as_str()).collect();
        assert_eq!(reserving, ["authorized", "pending", "unknown"]);
        assert!(Created.reserves(true));
        assert_eq!((change(50, 30), change(20, 30)), (Some(20), None));
    }
}
