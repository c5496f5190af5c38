//! How things stand at Stripe now.
//!
//! Invariant: an id is put into a path only when it has the shape of Stripe's ids; anything else is not there.

use books::calendar::Instant;

use super::Stripe;
use super::fields::intent_of;
use super::forms::{CHARGE_PARTS, PAGE_PARTS, expand};
use super::line::Said;
use super::meaning::{self, is_debit};
use super::objects::{
    DisputeObject, Expandable, Intent, InvoiceObject, InvoicePayment, MethodObject, Page, RefundObject, Session,
};
use crate::form::escaped;
use crate::local_page::LocalPage;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Charge, Checkout, Reference, Remote, RemoteInvoice, RemoteKind, SavedMethod, Setup};

/// At most so many pages of kept methods are read.
const PAGES: usize = 10;

/// The end of a call before its value was there.
pub type Ended<T> = Result<T, Outcome<std::convert::Infallible>>;

/// An outcome that has no value may be the outcome of anything.
pub fn ended<T>(outcome: Outcome<std::convert::Infallible>) -> Outcome<T> {
    outcome.map(|never| match never {})
}

/// Whether it looks like one of Stripe's ids with one of these beginnings.
pub fn is_id(id: &str, beginnings: &[&str]) -> bool {
    let rest = beginnings.iter().find_map(|beginning| id.strip_prefix(beginning));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_'))
}

pub fn not_found<T>(what: &str) -> Outcome<T> {
    Outcome::rejected(RejectReason::NotFound, format!("Stripe knows no such {what}."))
}

impl Stripe {
    pub(super) async fn look(&self, what: &Reference, now: Instant) -> Outcome<Remote> {
        let id = what.id.as_str();
        if let (RemoteKind::Checkout, Some(page)) = (what.kind, LocalPage::read(id)) {
            return Outcome::Done(Remote::Checkout(page.at(now, "")));
        }
        if let (RemoteKind::Checkout, Some(intent)) = (what.kind, intent_of(id)) {
            return self.fields_now(intent, now).await.map(Remote::Checkout).map_or_else(ended, Outcome::Done);
        }
        let found = match what.kind {
            RemoteKind::Charge | RemoteKind::Checkout if is_id(id, &["pi_"]) => self.charge_now(id).await.map(Remote::Charge),
            RemoteKind::Checkout if is_id(id, &["cs_"]) => self.page_now(id).await.map(Remote::Checkout),
            RemoteKind::Setup if is_id(id, &["cs_"]) => self.setup_now(id).await.map(Remote::Setup),
            RemoteKind::Refund if is_id(id, &["re_", "pyr_"]) => return self.refund_now(id).await,
            RemoteKind::Dispute if is_id(id, &["dp_", "du_"]) => return self.dispute_now(id).await,
            RemoteKind::Invoice if is_id(id, &["in_"]) => self.invoice_now(id).await.map(Remote::Invoice),
            _ => return not_found("thing"),
        };
        found.map_or_else(ended, Outcome::Done)
    }

    pub(super) async fn intent_now(&self, id: &str) -> Ended<Intent> {
        self.line.get(format!("/v1/payment_intents/{id}?{}", expand(&[CHARGE_PARTS]))).await.or_end()
    }

    pub(super) async fn charge_now(&self, id: &str) -> Ended<Charge> {
        let intent = self.intent_now(id).await?;
        self.as_charge(&intent).await
    }

    /// A payment intent as a charge. Stripe's flag says that it was ever disputed, so its disputes are read: they may be won,
    /// and a debit's bank may have taken it back.
    pub(super) async fn as_charge(&self, intent: &Intent) -> Ended<Charge> {
        let known = intent.latest_charge.as_ref().and_then(Expandable::whole);
        let Some(known) = known.filter(|charge| charge.disputed) else {
            return meaning::charge(intent, None, false).map_err(Outcome::from);
        };
        let debit = known.payment_method_details.as_ref().is_some_and(is_debit);
        let path = format!("/v1/disputes?payment_intent={}&limit=10", intent.id);
        let disputes = match self.line.get::<Page<DisputeObject>>(path).await {
            // A key without the right to disputes: the flag is all that is known of a card.
            Said::Refused { status: 403, .. } if !debit => Vec::new(),
            said => said.or_end()?.data,
        };
        let disputed = disputes.is_empty() || disputes.iter().any(|dispute| !meaning::is_over(&dispute.status));
        let lost = disputes.into_iter().find(|dispute| debit && dispute.status == "lost");
        let returned = lost.map(|dispute| dispute.reason);
        meaning::charge(intent, returned.as_deref(), disputed).map_err(Outcome::from)
    }

    pub(super) async fn session_now(&self, id: &str) -> Ended<Session> {
        self.line.get(format!("/v1/checkout/sessions/{id}?{}", expand(&PAGE_PARTS))).await.or_end()
    }

    async fn page_now(&self, id: &str) -> Ended<Checkout> {
        let session = self.session_now(id).await?;
        self.as_page(&session).await
    }

    pub(super) async fn as_page(&self, session: &Session) -> Ended<Checkout> {
        if session.mode != "payment" {
            return Err(not_found("page"));
        }
        let charge = match session.payment_intent.as_ref().and_then(Expandable::whole) {
            Some(intent) if session.status.as_deref() == Some("complete") => Some(self.as_charge(intent).await?),
            _ => None,
        };
        meaning::checkout(session, charge).map_err(Outcome::from)
    }

    async fn setup_now(&self, id: &str) -> Ended<Setup> {
        let session = self.session_now(id).await?;
        if session.mode != "setup" {
            return Err(not_found("page"));
        }
        meaning::setup(&session).map_err(Outcome::from)
    }

    async fn refund_now(&self, id: &str) -> Outcome<Remote> {
        let path = format!("/v1/refunds/{id}?{}", expand(&["payment_intent"]));
        match self.line.get::<RefundObject>(path).await.or_end() {
            Ok(object) if object.payment_intent.is_none() => not_found("refund of a payment that could be ours"),
            Ok(object) if object.is_rest_of_hold() => not_found("refund: a hold was taken in part"),
            Ok(object) => meaning::refund(&object).map_or_else(Outcome::from, |refund| Outcome::Done(Remote::Refund(refund))),
            Err(outcome) => outcome,
        }
    }

    async fn dispute_now(&self, id: &str) -> Outcome<Remote> {
        let path = format!("/v1/disputes/{id}?{}", expand(&["payment_intent"]));
        match self.line.get::<DisputeObject>(path).await.or_end() {
            Ok(object) if object.payment_intent.is_none() => not_found("dispute of a payment that could be ours"),
            Ok(object) => meaning::dispute(&object).map_or_else(Outcome::from, |dispute| Outcome::Done(Remote::Dispute(dispute))),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn invoice_now(&self, id: &str) -> Ended<RemoteInvoice> {
        let object: InvoiceObject = self.line.get(format!("/v1/invoices/{id}")).await.or_end()?;
        self.as_invoice(&object).await
    }

    /// An invoice with the charge that paid it. Since 2025 Stripe tells of payments beside the invoice only.
    pub(super) async fn as_invoice(&self, object: &InvoiceObject) -> Ended<RemoteInvoice> {
        let mut charge = None;
        if object.status.as_deref() == Some("paid") {
            let path = format!("/v1/invoice_payments?invoice={}&limit=10", object.id);
            let payments: Page<InvoicePayment> = self.line.get(path).await.or_end()?;
            let paid = payments.data.into_iter().find(|payment| payment.status == "paid");
            if let Some(intent) = paid.and_then(|payment| payment.payment.payment_intent) {
                charge = Some(self.charge_now(intent.id()).await?);
            }
        }
        meaning::invoice(object, charge).map_err(Outcome::from)
    }

    pub(super) async fn kept_methods(&self, customer: &str) -> Outcome<Vec<SavedMethod>> {
        if !is_id(customer, &["cus_"]) {
            return not_found("customer");
        }
        let (mut all, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let path = format!("/v1/customers/{customer}/payment_methods?limit=100{after}");
            let page: Page<MethodObject> = match self.line.get(path).await.or_end() {
                Ok(page) => page,
                Err(outcome) => return outcome,
            };
            after = page.data.last().map(|last| format!("&starting_after={}", escaped(&last.id))).unwrap_or_default();
            all.extend(page.data.iter().map(meaning::method));
            if !page.has_more {
                break;
            }
        }
        Outcome::Done(all)
    }
}
