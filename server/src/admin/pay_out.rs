//! Credit that no payment stands behind is handed out: by check, in cash, by transfer.
//!
//! Invariant: at most what the books call payable; credit that came by a payment goes back as that payment's refund. Left out: the
//! transfer itself, which staff make and record here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::CustomerId;
use books::money::Currency;
use engine::flows::limits::{Allowance, Limited, allowance};
use engine::flows::pay_out_credit::{HandOut, pay_out_credit, payable_out};
use engine::flows::record_payment::KINDS;
use engine::store::customer;

use super::again::{Again, filled};
use super::approvals::said;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::customers::PayOutForm;
use super::{acts, words};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::DESCRIPTION;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Choice, Refused, Way};

/// *Hand out credit*: disabled, with its reason, while there is none or the role may not.
pub async fn action(app: &App, desk: &Desk, id: CustomerId, currency: Currency) -> Result<Action, Problem> {
    let href = format!("/admin/customers/{id}/pay-out?currency={}", currency.code());
    let mut action = acts::always(desk, "pay_out", "Hand out credit", "banknote", href, Way::Open);
    let payable = payable_out(&app.services.db, desk.staff.business, id, currency).await?;
    let right = allowance(&desk.frame.business.settings()?, &desk.staff.call(None).actor, Limited::Refund);
    if payable == 0 {
        let why = "There is no credit to hand out. What came by a payment goes back as its refund.".to_owned();
        action.refused = Some(Refused { code: "NOTHING_REFUNDABLE", why });
    } else if action.refused.is_none() && right == Allowance::Nothing {
        let why = "Your role may not do this: ask an owner or manager.".to_owned();
        action.refused = Some(Refused { code: "NO_RIGHT", why });
    }
    Ok(action)
}

async fn form(app: &App, desk: &Desk, id: CustomerId, currency: Currency, again: Again) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let payable = payable_out(&app.services.db, desk.staff.business, id, currency).await?;
    let typed = &again.form;
    let kind = |kind: &&'static str| Choice::new(*kind, words::method(Some(kind)), *kind == typed.value("method"));
    let shown = PayOutForm {
        shell: desk.shell(Section::Customers),
        id: known.id.to_string(),
        name: known.name,
        key: again.key(),
        refusal: again.refusal(&["amount", "reason"]),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
        payable: desk.amount(payable, currency),
        amount: typed.field("amount"),
        currency: currency.code().to_owned(),
        methods: KINDS.iter().filter(|kind| **kind != "card_terminal").map(kind).collect(),
        reason: typed.field("reason"),
    };
    Ok(page(again.status, &shown))
}

/// `GET /admin/customers/{id}/pay-out?currency=`: prefilled with all that can be handed out.
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let currency = desk.asked.value("currency").parse().unwrap_or_else(|_| desk.currency());
    let payable = payable_out(&app.services.db, desk.staff.business, id, currency).await?;
    let amount = if payable == 0 { String::new() } else { desk.amount(payable, currency).decimal };
    form(&app, &desk, id, currency, Again::fresh(filled([("amount", amount), ("method", "check".to_owned())]))).await
}

/// `POST /admin/customers/{id}/pay-out`
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let currency = typed.value("currency").parse().unwrap_or_else(|_| desk.currency());
    let amount = typed.amount("amount", currency);
    let reason = typed.lines("reason", DESCRIPTION);
    let method = Some(typed.value("method").to_owned()).filter(|kind| KINDS.contains(&kind.as_str()));
    let saved = match amount.zip(reason).filter(|_| typed.errors().is_empty()) {
        Some((amount, reason)) => {
            let request_approval = typed.ticked("request_approval");
            let out = HandOut { customer: id, amount: amount.minor, currency, reason, method, request_approval };
            pay_out_credit(&app.services.db, &call, out).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/customers/{id}"), said(made.value, "paid-out"))),
        Err(error) => form(&app, &desk, id, currency, Again::of(typed, error)?).await,
    }
}
