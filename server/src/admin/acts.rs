//! Actions as pages offer them: what the capability function answered, or what a role allows.
//!
//! Invariant: an action that is not possible is still shown, with its reason; the role's reason goes first.

use std::borrow::Cow;

use books::capability::{Action as Act, Answer};
use books::order::{OrderAct, OrderKind, OrderState, after};
use engine::store::user::Role;

use super::again::sentence;
use super::desk::Desk;
use super::rows::refused;
use crate::forms::new_key;
use crate::view::{Action, Refused, Way};

/// An action that the capability function answers for; it opens a page with a form.
pub fn answered(desk: &Desk, answers: &[Answer], act: Act, label: &'static str, icon: &'static str, href: String) -> Action {
    let answer = answers.iter().find(|answer| answer.action == act);
    let no = answer.and_then(|answer| answer.code.map(|code| (code.as_str(), answer.detail.clone().unwrap_or_default())));
    Action {
        name: act.as_str(),
        label: Cow::Borrowed(label),
        icon,
        href,
        way: Way::Open,
        refused: refused(desk, no),
        confirm: "",
    }
}

/// As [`answered`], for money that staff have in hand: beside a payment under way it is recorded once they confirm it, so the
/// form stays open and says so itself.
pub fn confirmable(desk: &Desk, answers: &[Answer], act: Act, label: &'static str, icon: &'static str, href: String) -> Action {
    let mut action = answered(desk, answers, act, label, icon, href);
    action.refused = action.refused.filter(|no| no.code != "PAYMENT_PENDING");
    action
}

/// An action that is always possible for those who may change things.
pub fn always(desk: &Desk, name: &'static str, label: &'static str, icon: &'static str, href: String, way: Way) -> Action {
    Action { name, label: Cow::Borrowed(label), icon, href, way, refused: refused(desk, None), confirm: "" }
}

/// An action of managers and owners; it opens a page with a form.
pub fn for_managers(desk: &Desk, name: &'static str, label: &'static str, icon: &'static str, href: String) -> Action {
    let may = desk.staff.may(Role::Manager);
    let why = "Your role may not do this: ask an owner or manager.".to_owned();
    let refused = (!may).then_some(Refused { code: "NO_RIGHT", why });
    Action { name, label: Cow::Borrowed(label), icon, href, way: Way::Open, refused, confirm: "" }
}

/// Something to look at, for everybody.
pub fn to_see(name: &'static str, label: &'static str, icon: &'static str, href: String) -> Action {
    Action { name, label: Cow::Borrowed(label), icon, href, way: Way::Go, refused: None, confirm: "" }
}

/// Into the customer's own pages, where the setting lets this person's role.
pub fn acting(desk: &Desk, href: String) -> Action {
    let settings = desk.frame.business.settings();
    let may = settings.is_ok_and(|settings| settings.may_act_as_customer(desk.staff.session.role));
    let why = "Settings, Collecting, say who may act as a customer; your role may not.".to_owned();
    Action {
        name: "act_as_customer",
        label: Cow::Borrowed("Act as customer"),
        icon: "user-round",
        href,
        way: Way::Post(new_key()),
        refused: (!may).then_some(Refused { code: "NO_RIGHT", why }),
        confirm: "",
    }
}

/// A decision about an order or application. Those that need a reason open a page; the others act at once.
pub fn decision(desk: &Desk, id: impl std::fmt::Display, kind: OrderKind, state: OrderState, act: OrderAct) -> Action {
    let (label, icon, confirm, with_reason) = match act {
        OrderAct::Confirm if kind == OrderKind::Application => ("Submit", "circle-check", "", false),
        OrderAct::Confirm => ("Confirm", "circle-check", "", false),
        OrderAct::Complete => ("Complete", "circle-check", "", false),
        OrderAct::Approve => ("Approve", "circle-check", "", false),
        OrderAct::Cancel => ("Cancel order", "ban", "", true),
        OrderAct::Deny => ("Deny", "ban", "", true),
        OrderAct::Withdraw => ("Withdraw", "undo-2", "", true),
    };
    let no = after(kind, state, act).err().map(|refusal| (refusal.code().as_str(), sentence(&refusal.to_string())));
    Action {
        name: act.as_str(),
        label: Cow::Borrowed(label),
        icon,
        href: format!("/admin/orders/{id}/{}", act.as_str()),
        way: if with_reason { Way::Open } else { Way::Post(new_key()) },
        refused: refused(desk, no),
        confirm,
    }
}
