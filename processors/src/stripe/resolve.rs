//! What became of an attempt whose answer was lost.
//!
//! Invariant: within Stripe's memory of keys the same call is made once more: it gives the first answer, or acts now, and
//! cannot act twice. Beyond it nothing is repeated: the traces that carry our key are looked for, and their absence proves
//! that the call never arrived, because a request that is a day old cannot arrive any more.
//! Credentials that fail now say nothing about what happened then.
//! Limits: a refund is looked for first, so that a dispute in between cannot hide it.

use books::calendar::Instant;

use super::forms::{self, CHARGE_PARTS, PAGE_PARTS, expand};
use super::look::ended;
use super::objects::{ATTEMPT, Intent, InvoiceObject, Metadata, Page, RefundObject, Session};
use super::{SAFE_TO_REPEAT, Stripe, acts, meaning};
use crate::asked::{Asked, ask};
use crate::form::escaped;
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{Attempt, ChargeRequest, Initiator, Source};
use crate::remote::{ChargeState, Checkout, CheckoutState, Remote, RemoteInvoiceState};

/// How far around the moment of the attempt its traces are looked for: clocks differ, and an answer may be a repetition's.
const BEFORE: i64 = 3_600;
const AFTER: i64 = 2 * 86_400;
/// At most so many pages of a hundred are searched.
const PAGES: usize = 50;

type Found = Result<Option<Outcome<Remote>>, String>;

fn why<T>(outcome: Outcome<T>) -> String {
    match outcome {
        Outcome::Unknown { why } => why,
        Outcome::Rejected(rejection) => rejection.text,
        Outcome::Declined(decline) => decline.text,
        Outcome::Done(_) | Outcome::Pending(_) | Outcome::NeedsAction(_) => "Stripe could not say".to_owned(),
    }
}

impl Stripe {
    pub(super) async fn what_became(&self, by: &Attempt, asked: &Asked, now: Instant) -> Resolved<Remote> {
        // A page on which staff key a card is ours alone.
        if matches!(asked, Asked::Checkout(request) if request.by == Initiator::Staff) {
            return Resolved::Found(ask(self, by, asked).await);
        }
        let age = meaning::seconds(now) - forms::made_at(by);
        let repeats = u64::try_from(age).map_or(true, |age| age < SAFE_TO_REPEAT.as_secs());
        if !repeats {
            return match self.traces(by, asked).await {
                Ok(Some(outcome)) => Resolved::Found(outcome),
                Ok(None) => Resolved::ProvenAbsent,
                Err(why) => Resolved::StillUnknown { why },
            };
        }
        if matches!(asked, Asked::Refund(_)) {
            match self.traces(by, asked).await {
                Ok(Some(outcome)) => return Resolved::Found(outcome),
                Ok(None) => {}
                Err(why) => return Resolved::StillUnknown { why },
            }
        }
        match ask(self, by, asked).await {
            Outcome::Unknown { why } => self.else_traces(by, asked, why).await,
            // It says nothing of the first call: the form was another one before an update of ours, or Stripe takes our key
            // no more, or the settings were changed since.
            Outcome::Rejected(rejection)
                if rejection.reason.is_about_keys()
                    || matches!(rejection.reason, RejectReason::KeyReused | RejectReason::Unsupported) =>
            {
                self.else_traces(by, asked, rejection.text).await
            }
            outcome => self.as_it_stands(outcome, now).await,
        }
    }

    /// An answer that Stripe kept may be a failure of its own, which it repeats for as long as it keeps it.
    async fn else_traces(&self, by: &Attempt, asked: &Asked, why: String) -> Resolved<Remote> {
        match self.traces(by, asked).await {
            Ok(Some(outcome)) => Resolved::Found(outcome),
            Ok(None) | Err(_) => Resolved::StillUnknown { why },
        }
    }

    /// A repeated answer is as old as the first one: what it is about may have moved on.
    async fn as_it_stands(&self, outcome: Outcome<Remote>, now: Instant) -> Resolved<Remote> {
        let known = match outcome {
            Outcome::Done(remote) | Outcome::Pending(remote) => remote,
            Outcome::NeedsAction(action) => {
                let page = async { self.as_page(&self.session_now(&action.id).await?).await };
                return match page.await {
                    Ok(page) => Resolved::Found(self.confirmed(page).map(Remote::Charge)),
                    Err(outcome) => Resolved::StillUnknown { why: why(outcome) },
                };
            }
            other => return Resolved::Found(other),
        };
        // A draft that was thrown away is not there any more; what we heard of it stays true.
        if matches!(&known, Remote::Invoice(invoice) if invoice.state == RemoteInvoiceState::Canceled) {
            return Resolved::Found(Outcome::Done(known));
        }
        match self.look(&known.reference(), now).await {
            // Only the first answer knows the address of a page of ours.
            Outcome::Done(Remote::Checkout(page)) if page.url.is_empty() => {
                let url = if let Remote::Checkout(first) = known { first.url } else { String::new() };
                Resolved::Found(Outcome::Done(Remote::Checkout(Checkout { url, ..page })))
            }
            Outcome::Done(Remote::Charge(charge)) => Resolved::Found(acts::told(charge).map(Remote::Charge)),
            Outcome::Done(Remote::Refund(refund)) => Resolved::Found(acts::gone(refund).map(Remote::Refund)),
            Outcome::Done(remote) => Resolved::Found(Outcome::Done(remote)),
            other => Resolved::StillUnknown { why: why(other) },
        }
    }

    /// What carries the attempt's key at Stripe, as it stands now.
    async fn traces(&self, by: &Attempt, asked: &Asked) -> Found {
        match asked {
            Asked::Charge(request) => self.trace_of_charge(by, request).await,
            Asked::Checkout(request) if request.fields_url.is_some() => self.trace_of_fields(by).await,
            Asked::Checkout(_) => Ok(self.session_of(by).await?.map(|page| Outcome::Done(Remote::Checkout(page)))),
            Asked::Refund(request) => self.trace_of_refund(by, &request.charge).await,
            Asked::Capture(request) => self.trace_on_hold(&request.charge, ChargeState::Captured).await,
            Asked::Void { charge } => self.trace_on_hold(charge, ChargeState::Voided).await,
            Asked::ExpireCheckout { checkout } => {
                let page = async { self.as_page(&self.session_now(checkout).await?).await }.await.map_err(why)?;
                Ok((page.state != CheckoutState::Open).then_some(Outcome::Done(Remote::Checkout(page))))
            }
            // It has no terminal of its own that we know of.
            Asked::Keyed(_) => Ok(None),
            Asked::Setup(_) => self.trace_of_setup(by).await,
            Asked::CreateInvoice(_) => self.trace_of_invoice(by).await,
            Asked::SendInvoice { invoice } => self.trace_on_invoice(invoice, RemoteInvoiceState::Draft).await,
            Asked::CancelInvoice { invoice } => self.trace_on_invoice(invoice, RemoteInvoiceState::Sent).await,
        }
    }

    fn window(by: &Attempt) -> String {
        let made = forms::made_at(by);
        format!("created[gte]={}&created[lte]={}&limit=100", made - BEFORE, made + AFTER)
    }

    async fn trace_of_charge(&self, by: &Attempt, request: &ChargeRequest) -> Found {
        let of = match &request.source {
            Source::Saved { customer, .. } => format!("&customer={}", escaped(customer)),
            Source::Token { .. } => String::new(),
        };
        let path = format!("/v1/payment_intents?{}&{}{of}", Self::window(by), expand(&[&format!("data.{CHARGE_PARTS}")]));
        let ours = |intent: &Intent| carries(&intent.metadata, by);
        let found: Vec<Intent> = self.search(path, |intent: &Intent| &intent.id, ours).await?;
        for intent in &found {
            let charge = self.as_charge(intent).await.map_err(why)?;
            if !matches!(charge.state, ChargeState::Voided) {
                return Ok(Some(acts::told(charge).map(Remote::Charge)));
            }
        }
        // It was given up for a page on which its holder confirms.
        Ok(match self.session_of(by).await? {
            Some(page) => Some(self.confirmed(page).map(Remote::Charge)),
            None if found.is_empty() => None,
            None => Some(Outcome::Declined(crate::outcome::Decline::of(crate::outcome::DeclineReason::AuthenticationRequired))),
        })
    }

    /// The intent behind a page of ours. Its time is long over, so it is closed unless it was paid.
    async fn trace_of_fields(&self, by: &Attempt) -> Found {
        let path = format!("/v1/payment_intents?{}&{}", Self::window(by), expand(&[&format!("data.{CHARGE_PARTS}")]));
        let ours = |intent: &Intent| carries(&intent.metadata, by);
        let found: Vec<Intent> = self.search(path, |intent: &Intent| &intent.id, ours).await?;
        let Some(intent) = found.first() else { return Ok(None) };
        let page = self.close_intent(&intent.id, &format!("{}-close", by.key())).await.map_err(why)?;
        Ok(Some(Outcome::Done(Remote::Checkout(page))))
    }

    async fn session_of(&self, by: &Attempt) -> Result<Option<crate::remote::Checkout>, String> {
        match self.sessions(by).await?.into_iter().find(|session| session.mode == "payment") {
            Some(session) => self.as_page(&session).await.map(Some).map_err(why),
            None => Ok(None),
        }
    }

    async fn sessions(&self, by: &Attempt) -> Result<Vec<Session>, String> {
        let parts: Vec<String> = PAGE_PARTS.iter().map(|part| format!("data.{part}")).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let path = format!("/v1/checkout/sessions?{}&{}", Self::window(by), expand(&parts));
        let ours = |session: &Session| session.metadata.as_ref().is_some_and(|metadata| carries(metadata, by));
        self.search(path, |session: &Session| &session.id, ours).await
    }

    async fn trace_of_setup(&self, by: &Attempt) -> Found {
        let session = self.sessions(by).await?.into_iter().find(|session| session.mode == "setup");
        Ok(session
            .map(|session| meaning::setup(&session).map_or_else(Outcome::from, |setup| Outcome::Done(Remote::Setup(setup)))))
    }

    async fn trace_of_refund(&self, by: &Attempt, charge: &str) -> Found {
        let path = format!("/v1/refunds?payment_intent={}&limit=100&{}", escaped(charge), expand(&["data.payment_intent"]));
        let ours = |refund: &RefundObject| refund.metadata.as_ref().is_some_and(|metadata| carries(metadata, by));
        let found = self.search(path, |refund: &RefundObject| &refund.id, ours).await?;
        Ok(found
            .first()
            .map(|object| meaning::refund(object).map_or_else(Outcome::from, |refund| acts::gone(refund).map(Remote::Refund))))
    }

    /// A hold is taken or let go once: its state is the trace.
    async fn trace_on_hold(&self, id: &str, wanted: ChargeState) -> Found {
        let charge = self.charge_now(id).await.map_err(why)?;
        Ok(match charge.state {
            ChargeState::Authorized => None,
            state if state == wanted => Some(Outcome::Done(Remote::Charge(charge))),
            ChargeState::Expired => Some(Outcome::rejected(RejectReason::AuthorizationExpired, "The hold has lapsed.")),
            _ => Some(Outcome::rejected(RejectReason::WrongState, "Something else was done with this hold before.")),
        })
    }

    async fn trace_of_invoice(&self, by: &Attempt) -> Found {
        let path = format!("/v1/invoices?{}", Self::window(by));
        let ours = |invoice: &InvoiceObject| invoice.metadata.as_ref().is_some_and(|metadata| carries(metadata, by));
        let found = self.search(path, |invoice: &InvoiceObject| &invoice.id, ours).await?;
        match found.first() {
            Some(object) => self.as_invoice(object).await.map(|it| Some(Outcome::Done(Remote::Invoice(it)))).map_err(why),
            None => Ok(None),
        }
    }

    /// An invoice that still stands as before was not touched.
    async fn trace_on_invoice(&self, id: &str, untouched: RemoteInvoiceState) -> Found {
        match self.invoice_now(id).await {
            Ok(invoice) if invoice.state == untouched => Ok(None),
            Ok(invoice) => Ok(Some(Outcome::Done(Remote::Invoice(invoice)))),
            Err(outcome) => match ended::<Remote>(outcome) {
                Outcome::Rejected(rejection) if !rejection.reason.is_about_keys() => Ok(Some(Outcome::Rejected(rejection))),
                other => Err(why(other)),
            },
        }
    }

    /// Everything of a list that `ours` picks.
    async fn search<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
        id: impl Fn(&T) -> &str,
        ours: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, String> {
        let (mut found, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let page: Page<T> = self.line.get(format!("{path}{after}")).await.or_end::<()>().map_err(why)?;
            after = page.data.last().map(|last| format!("&starting_after={}", escaped(id(last)))).unwrap_or_default();
            found.extend(page.data.into_iter().filter(|object| ours(object)));
            if !page.has_more {
                return Ok(found);
            }
        }
        Err("too many payments around that time: look for it at Stripe".to_owned())
    }
}

fn carries(metadata: &Metadata, by: &Attempt) -> bool {
    metadata.get(ATTEMPT).is_some_and(|key| *key == by.key())
}
