//! Payment requests: a mail that asks for what is due on one order or invoice (REQ-1, rule 17).
//!
//! Invariants: a request asks for what is due *now* and remembers the amount it named; it closes by itself at 0:
//! *paid* if money came through it, else *closed*. Left out: the mail and its link.

use crate::words::words;

words! {
    /// A request's state.
    RequestState {
        Sent = "sent",
        /// The payer opened its page.
        Opened = "opened",
        Paid = "paid",
        /// Nothing is due any more, or staff closed it.
        Closed = "closed",
        /// It could not be delivered.
        Failed = "failed",
    }
}

/// Something that happens to a request or to what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestEvent {
    Opened,
    /// What is due changed. `through_request`: money came by this request's link, now or before.
    Due {
        amount_due: i64,
        through_request: bool,
    },
    ClosedByStaff,
    DeliveryFailed,
    /// Sent again by staff.
    Resent,
}

impl RequestState {
    /// It waits for money.
    pub const fn is_out(self) -> bool {
        matches!(self, RequestState::Sent | RequestState::Opened)
    }

    /// The state after something happened; the same state when that changes nothing.
    pub const fn after(self, event: RequestEvent) -> RequestState {
        match (self, event) {
            (RequestState::Paid | RequestState::Closed, _) => self,
            (_, RequestEvent::Due { amount_due: 0, through_request: true }) => RequestState::Paid,
            (_, RequestEvent::Due { amount_due: 0, through_request: false }) => RequestState::Closed,
            (_, RequestEvent::ClosedByStaff) => RequestState::Closed,
            // The page can be opened although the mail bounced: by the link staff copied.
            (RequestState::Sent | RequestState::Failed, RequestEvent::Opened) => RequestState::Opened,
            (RequestState::Sent, RequestEvent::DeliveryFailed) => RequestState::Failed,
            (RequestState::Failed, RequestEvent::Resent) => RequestState::Sent,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestState::*;

    #[test]
    fn a_request_closes_by_itself_at_zero() {
        let due = |amount_due, through_request| RequestEvent::Due { amount_due, through_request };
        let cases = [
            (Sent, RequestEvent::Opened, Opened),
            (Opened, RequestEvent::DeliveryFailed, Opened),
            (Sent, due(100, false), Sent),
            (Opened, due(0, true), Paid),
            (Failed, due(0, false), Closed),
            (Sent, RequestEvent::ClosedByStaff, Closed),
            (Paid, RequestEvent::ClosedByStaff, Paid),
            (Closed, due(0, true), Closed),
            (Failed, RequestEvent::Resent, Sent),
            (Opened, RequestEvent::Resent, Opened),
        ];
        for (state, event, want) in cases {
            assert_eq!(state.after(event), want, "{state} {event:?}");
        }
    }
}
