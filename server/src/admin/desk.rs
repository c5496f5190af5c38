//! What every handler of a staff page begins with: who asks, the frame around the page, what the address asks for.
//!
//! Invariants: naming [`Desk`] in a handler proves that somebody is signed in; what a page says was just done comes from a
//! fixed list of words in the address, so no stranger's text can stand there. Left out: roles of acts, which are the
//! extractors of `auth.rs`.

use std::fmt::Display;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use books::calendar::{Day as Date, Instant};
use books::money::{Currency, Money};
use engine::sheets::frame::{self, Frame};
use engine::store::business;
use engine::store::user::Role;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::auth::Staff;
use crate::forms::Form;
use crate::respond::Problem;
use crate::view::shell::{Business, Person, Section, Shell, Tallies};
use crate::view::{Amount, Day, Moment};

/// A staff page about to be written.
pub struct Desk {
    pub staff: Staff,
    pub frame: Frame,
    pub zone: TimeZone,
    /// The query of the address, read like a form. Empty on the answer to a form.
    pub asked: Form,
}

impl Desk {
    /// The frame for a person who is signed in, for the answer to a form.
    pub async fn open(app: &App, staff: Staff) -> Result<Desk, Problem> {
        let frame = frame::frame(&app.services.db, staff.business).await?;
        let zone = frame.business.zone();
        Ok(Desk { staff, frame, zone, asked: Form::default() })
    }

    /// The frame of a page that stands still.
    pub fn shell(&self, section: Section) -> Shell {
        let of = &self.frame.business;
        let others = self.staff.session.others().into_iter().map(|other| brand(&other.business, &other.name, false));
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Shell {
            business: brand(&of.id, &of.name, of.logo.is_some()),
            others: others.collect(),
            person: Person {
                name: self.staff.session.name.clone(),
                email: self.staff.session.email.clone(),
                role: role_name(self.staff.session.role),
                may_write: self.staff.may(Role::Clerk),
                may_manage: self.staff.may(Role::Manager),
                is_owner: self.staff.may(Role::Owner),
            },
            section,
            tallies: Tallies {
                orders_pending: count(self.frame.tallies.orders_pending),
                requests_open: count(self.frame.tallies.requests_open),
                mails_failed: count(self.frame.tallies.mails_failed),
            },
            live: None,
            toast: toast(self.asked.value(DONE)),
            notice: super::refused::notice(&self.asked),
        }
    }

    /// The frame of a page that follows what changes in the business.
    pub fn live(&self, section: Section) -> Shell {
        Shell { live: Some("/admin/live".to_owned()), ..self.shell(section) }
    }

    /// The frame of a page that follows what changes about one customer.
    pub fn live_about(&self, section: Section, customer: impl Display) -> Shell {
        Shell { live: Some(format!("/admin/live?about={customer}")), ..self.shell(section) }
    }

    pub fn currency(&self) -> Currency {
        self.frame.business.currency
    }

    /// Minor units of a currency, ready to print.
    pub fn amount(&self, minor: i64, currency: Currency) -> Amount {
        Amount::of(Money::new(minor, currency))
    }

    pub fn moment(&self, at: Instant) -> Moment {
        Moment::of(at, &self.zone)
    }

    /// The day of an instant on the business's calendar.
    pub fn day(&self, at: Instant) -> Day {
        Day::of(at.day_in(&self.zone))
    }

    pub fn today(&self) -> Date {
        self.frame.today
    }
}

impl FromRequestParts<Arc<App>> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Desk, Response> {
        let staff = Staff::from_request_parts(parts, app).await?;
        let asked = Form::parse(parts.uri.query().unwrap_or_default().as_bytes()).map_err(IntoResponse::into_response)?;
        let desk = Desk::open(app, staff).await.map_err(IntoResponse::into_response)?;
        Ok(Desk { asked, ..desk })
    }
}

fn brand(id: &impl Display, name: &str, has_logo: bool) -> Business {
    Business {
        id: id.to_string(),
        name: name.to_owned(),
        initial: name.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default(),
        has_logo,
    }
}

/// The name of the only business there is; none when there are several, or none yet.
pub async fn only_business(app: &App) -> Result<Option<String>, Problem> {
    let all = business::list(&app.services.db).await?;
    Ok(if all.len() == 1 { all.into_iter().next().map(|one| one.name) } else { None })
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Manager => "Manager",
        Role::Clerk => "Clerk",
        Role::Viewer => "Viewer",
    }
}

/// The name of the query field that says what was just done.
const DONE: &str = "done";

/// What a page may say was just done, by the word in the address.
const DONE_WORDS: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("test-mail", "A test is on its way; it stands in the outbox."),
    ("customer", "Customer added."),
    ("entry", "Entry added."),
    ("adjusted", "Balance adjusted."),
    ("reversed", "Entry reversed."),
    ("link", "Payment link made."),
    ("link-sent", "The link is on its way."),
    ("link-revoked", "Link revoked."),
    ("order", "Order saved."),
    ("confirmed", "Confirmed."),
    ("completed", "Completed."),
    ("canceled", "Canceled."),
    ("approved", "Approved."),
    ("denied", "Denied."),
    ("withdrawn", "Withdrawn."),
    ("amended", "Amendment saved."),
    ("requested", "The request is on its way."),
    ("resent", "Sent again."),
    ("invoiced", "The processor mailed its invoice."),
    ("invoicing", "The processor’s answer is missing: it is asked again until it is known."),
    ("invoice-ended", "The invoice was canceled at the processor."),
    ("invoice-ending", "The processor cannot be reached: the invoice is canceled as soon as it can be."),
    ("message", "Message saved: who is not held gets it now."),
    ("statement-sent", "The statement is on its way."),
    ("closed", "Request closed."),
    ("payment", "Payment recorded."),
    ("issued", "Invoice issued."),
    ("issued-sent", "Invoice issued; it is on its way."),
    ("sent", "The invoice is on its way."),
    ("duplicated", "A new draft with the same lines."),
    ("voided", "Invoice voided."),
    ("uncollectible", "Marked uncollectible."),
    ("written-off", "Written off."),
    ("fee", "Late fee charged."),
    ("paid-out", "Payout recorded."),
    ("discarded", "Draft thrown away."),
    ("credited", "Credit note written."),
    ("drafted", "Draft saved."),
    ("retried", "It is tried again."),
    ("connected", "Connected."),
    ("ended", "Ended."),
    ("sandbox", "Sandbox did it. Its message to us follows."),
    ("refunded", "Refunded."),
    ("refund-pending", "The refund is under way."),
    ("refund-asked", "Another person was asked to approve it."),
    ("refund-failed", "The refund failed. Nothing went back."),
    ("asked", "Above your limit: another person was asked to approve it."),
    ("reapplied", "Re-applied."),
    ("rejected", "Rejected."),
    ("charged", "Charged."),
    ("charge-pending", "The charge is under way."),
    ("charge-failed", "The charge was declined. Nothing was taken."),
    ("charge-holder", "The card's holder was asked to confirm by mail."),
    ("held", "Authorized. Now process the payment."),
    ("let-go", "Let go. Nothing was taken."),
    ("method", "Method saved."),
    ("method-none", "No method was saved."),
    ("method-removed", "Method removed."),
];

fn toast(word: &str) -> Option<String> {
    DONE_WORDS.iter().find(|(known, _)| *known == word).map(|(_, text)| (*text).to_owned())
}

/// After something was done: to a page of ours (303), which says so.
pub fn done(path: &str, word: &'static str) -> Response {
    Redirect::to(&format!("{path}?{DONE}={word}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_are_said() {
        assert_eq!(toast("payment").as_deref(), Some("Payment recorded."));
        assert_eq!(toast("<b>Send money</b>"), None);
        let response = done("/admin", "saved");
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], "/admin?done=saved");
    }
}
