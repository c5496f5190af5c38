//! Invoices that a processor makes, mails and collects for us (PRC-2).
//!
//! Invariants: the state follows what the processor said and what became of its payment, never a guess; money always wins, so
//! an invoice that was given up and then paid reads *paid*. Left out: the call itself, and the payment that it becomes.

use crate::words::words;

words! {
    /// An invoice's state at its processor.
    RemoteInvoiceState {
        /// The processor is being asked to make and mail it.
        Making = "making",
        /// An answer was lost: it may be out. The processor is asked until there is evidence.
        Unknown = "unknown",
        /// Its receiver can pay it.
        Sent = "sent",
        /// It is to be canceled, and the processor has not said yet that it is.
        Closing = "closing",
        Paid = "paid",
        Canceled = "canceled",
        /// The processor did not take it.
        Failed = "failed",
    }
}

/// What became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteInvoiceEvent {
    /// The processor made a draft, which nobody was mailed yet.
    Drafted,
    Sent,
    AnswerLost,
    /// It is to be canceled: by staff, or because another route was paid.
    GivenUp,
    /// Its payment arrived.
    Paid,
    /// It can never be paid any more.
    Ended,
    /// The processor did not take it, or its payment failed for good.
    Failed,
}

impl RemoteInvoiceState {
    /// It waits for money, or may.
    pub const fn is_out(self) -> bool {
        matches!(
            self,
            RemoteInvoiceState::Making | RemoteInvoiceState::Unknown | RemoteInvoiceState::Sent | RemoteInvoiceState::Closing
        )
    }

    /// The state after something became known; the same state when that changes nothing.
    pub const fn after(self, event: RemoteInvoiceEvent) -> RemoteInvoiceState {
        use RemoteInvoiceEvent as E;
        use RemoteInvoiceState as S;
        match (self, event) {
            (_, E::Paid) => S::Paid,
            (S::Paid | S::Canceled | S::Failed, _) => self,
            (_, E::Ended) => S::Canceled,
            (_, E::Failed) => S::Failed,
            // What is to be canceled stays so until it is.
            (S::Closing, _) | (_, E::GivenUp) => S::Closing,
            (_, E::Sent) => S::Sent,
            (S::Making, E::AnswerLost) => S::Unknown,
            (S::Unknown, E::Drafted) => S::Making,
            (S::Making | S::Unknown | S::Sent, E::Drafted | E::AnswerLost) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RemoteInvoiceEvent as E;
    use super::RemoteInvoiceState::*;

    #[test]
    fn what_is_known_moves_it_and_money_wins() {
        let cases = [
            (Making, E::Drafted, Making),
            (Making, E::Sent, Sent),
            (Making, E::AnswerLost, Unknown),
            (Unknown, E::Drafted, Making),
            (Unknown, E::Sent, Sent),
            (Unknown, E::Failed, Failed),
            (Sent, E::AnswerLost, Sent),
            (Sent, E::GivenUp, Closing),
            (Making, E::GivenUp, Closing),
            (Closing, E::Sent, Closing),
            (Closing, E::Drafted, Closing),
            (Closing, E::Ended, Canceled),
            (Closing, E::Paid, Paid),
            (Canceled, E::Paid, Paid),
            (Failed, E::Paid, Paid),
            (Paid, E::Ended, Paid),
            (Canceled, E::Sent, Canceled),
            (Failed, E::GivenUp, Failed),
        ];
        for (state, event, want) in cases {
            assert_eq!(state.after(event), want, "{state} {event:?}");
        }
        let out: Vec<_> = super::RemoteInvoiceState::ALL.iter().filter(|state| state.is_out()).collect();
        assert_eq!(out, [&Making, &Unknown, &Sent, &Closing]);
    }
}
