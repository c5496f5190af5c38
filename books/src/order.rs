//! Orders and applications: what was agreed, its states, and what may be done in each (ORD-1 to ORD-4).
//!
//! Invariants: the kind decides which states there are; an order's *pending* is read, never stored: it stands while a
//! request, a remote invoice or a payment is out and something is due, and goes by itself. States of payment are
//! separate words ([`crate::figures::PaymentState`]). Left out: lines' prices (`tax.rs`) and charges
//! (`account/amend.rs`).

use crate::refusal::Code;
use crate::words::words;

words! {
    /// The same record in two trades: goods and services, or permits and licences.
    OrderKind {
        Order = "order",
        Application = "application",
    }
}

words! {
    /// The first five are an order's, the rest an application's.
    OrderState {
        /// Being written; nothing is charged.
        Draft = "draft",
        /// Waiting for money that was asked for. Read, never stored.
        Pending = "pending",
        Confirmed = "confirmed",
        Completed = "completed",
        Canceled = "canceled",
        Submitted = "submitted",
        Approved = "approved",
        Denied = "denied",
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why an order was amended.
    AmendmentReason {
        ItemsAdded = "items_added",
        Shipping = "shipping",
        ExtraService = "extra_service",
        /// Something was wrong before, such as an invalid address.
        Correction = "correction",
        Other = "other",
    }
}

words! {
    /// What people do to an order or application as a whole.
    OrderAct {
        Confirm = "confirm",
        Complete = "complete",
        Cancel = "cancel",
        Approve = "approve",
        Deny = "deny",
        Withdraw = "withdraw",
    }
}

/// Why an act is refused in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    #[error("only a draft can be confirmed; this is {0}")]
    NotDraft(OrderState),
    #[error("confirm the order first; it is {0}")]
    NotConfirmed(OrderState),
    #[error("this is {0} and changes no more")]
    Closed(OrderState),
    #[error("only an application is approved, denied or withdrawn")]
    NotAnApplication,
    #[error("an application is approved, denied or withdrawn")]
    NotAnOrder,
}

impl OrderRefusal {
    pub fn code(self) -> Code {
        match self {
            OrderRefusal::NotDraft(_) => Code::NotDraft,
            OrderRefusal::NotConfirmed(_) => Code::NotConfirmed,
            OrderRefusal::Closed(_) => Code::Closed,
            OrderRefusal::NotAnApplication | OrderRefusal::NotAnOrder => Code::NotForThisKind,
        }
    }
}

impl OrderKind {
    /// The state a new one has when nothing else is said.
    pub const fn first_state(self) -> OrderState {
        match self {
            OrderKind::Order => OrderState::Draft,
            OrderKind::Application => OrderState::Submitted,
        }
    }

    /// A new one may begin in this state.
    pub const fn may_begin_as(self, state: OrderState) -> bool {
        match self {
            OrderKind::Order => matches!(state, OrderState::Draft | OrderState::Confirmed),
            OrderKind::Application => matches!(state, OrderState::Draft | OrderState::Submitted),
        }
    }
}

impl OrderState {
    /// Its lines are charges on the customer's account.
    pub const fn is_charged(self) -> bool {
        !matches!(self, OrderState::Draft)
    }

    /// What is charged is earned at once.
    pub const fn is_earned(self) -> bool {
        matches!(self, OrderState::Completed | OrderState::Approved)
    }

    /// It has come to its end: no more lines, no more acts.
    pub const fn is_closed(self) -> bool {
        matches!(self, OrderState::Canceled | OrderState::Denied | OrderState::Withdrawn)
    }
}

/// The state after an act. A draft application is confirmed into *submitted*.
pub fn after(kind: OrderKind, state: OrderState, act: OrderAct) -> Result<OrderState, OrderRefusal> {
    use OrderAct as Act;
    use OrderState as S;
    let of_application = matches!(act, Act::Approve | Act::Deny | Act::Withdraw);
    match (kind, act, state) {
        (OrderKind::Order, _, _) if of_application => Err(OrderRefusal::NotAnApplication),
        (OrderKind::Application, Act::Complete | Act::Cancel, _) => Err(OrderRefusal::NotAnOrder),
        (_, _, closed) if closed.is_closed() => Err(OrderRefusal::Closed(state)),
        (OrderKind::Order, Act::Confirm, S::Draft) => Ok(S::Confirmed),
        (OrderKind::Application, Act::Confirm, S::Draft) => Ok(S::Submitted),
        (_, Act::Confirm, _) => Err(OrderRefusal::NotDraft(state)),
        (_, Act::Complete, S::Confirmed | S::Pending) => Ok(S::Completed),
        (_, Act::Complete, S::Draft) => Err(OrderRefusal::NotConfirmed(state)),
        (_, Act::Cancel, S::Draft | S::Confirmed | S::Pending) => Ok(S::Canceled),
        (_, Act::Approve, S::Submitted) => Ok(S::Approved),
        (_, Act::Deny, S::Submitted) => Ok(S::Denied),
        (_, Act::Withdraw, S::Submitted | S::Draft) => Ok(S::Withdrawn),
        (_, Act::Approve | Act::Deny, S::Draft) => Err(OrderRefusal::NotConfirmed(state)),
        _ => Err(OrderRefusal::Closed(state)),
    }
}

/// What is out for an order: sent and not yet settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outstanding {
    /// A payment request that is sent or opened.
    pub request: bool,
    /// An invoice at a processor that is not yet paid or canceled.
    pub remote_invoice: bool,
    /// A payment under way.
    pub payment: bool,
}

/// The state that is shown: an order with something due and something out reads *pending*.
pub fn shown_state(kind: OrderKind, stored: OrderState, amount_due: i64, out: Outstanding) -> OrderState {
    let waiting = out.request || out.remote_invoice || out.payment;
    let can_wait = matches!(stored, OrderState::Confirmed | OrderState::Completed);
    if kind == OrderKind::Order && can_wait && waiting && amount_due > 0 { OrderState::Pending } else { stored }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderAct::*;
    use OrderState::*;

    #[test]
    fn acts_move_states_or_are_refused_by_name() {
        let cases = [
            (OrderKind::Order, Draft, Confirm, Ok(Confirmed)),
            (OrderKind::Order, Confirmed, Confirm, Err(Code::NotDraft)),
            (OrderKind::Order, Draft, Complete, Err(Code::NotConfirmed)),
            (OrderKind::Order, Confirmed, Complete, Ok(Completed)),
            (OrderKind::Order, Confirmed, Cancel, Ok(Canceled)),
            (OrderKind::Order, Completed, Cancel, Err(Code::Closed)),
            (OrderKind::Order, Canceled, Confirm, Err(Code::Closed)),
            (OrderKind::Order, Confirmed, Approve, Err(Code::NotForThisKind)),
            (OrderKind::Application, Submitted, Approve, Ok(Approved)),
            (OrderKind::Application, Submitted, Deny, Ok(Denied)),
            (OrderKind::Application, Submitted, Withdraw, Ok(Withdrawn)),
            (OrderKind::Application, Draft, Confirm, Ok(Submitted)),
            (OrderKind::Application, Approved, Deny, Err(Code::Closed)),
            (OrderKind::Application, Approved, Approve, Err(Code::Closed)),
            (OrderKind::Application, Submitted, Cancel, Err(Code::NotForThisKind)),
        ];
        for (kind, state, act, want) in cases {
            assert_eq!(after(kind, state, act).map_err(OrderRefusal::code), want, "{kind} {state} {act}");
        }
    }

    #[test]
    fn pending_is_read_only_while_something_is_out_and_due() {
        let out = Outstanding { request: true, ..Outstanding::default() };
        assert_eq!(shown_state(OrderKind::Order, Confirmed, 100, out), Pending);
        assert_eq!(shown_state(OrderKind::Order, Confirmed, 0, out), Confirmed);
        assert_eq!(shown_state(OrderKind::Order, Confirmed, 100, Outstanding::default()), Confirmed);
        assert_eq!(shown_state(OrderKind::Order, Draft, 100, out), Draft);
        assert_eq!(shown_state(OrderKind::Application, Submitted, 100, out), Submitted);
    }
}
