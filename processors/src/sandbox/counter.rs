//! The bank's counter for connectors: what the calls of the trait come to.
//!
//! Invariants: a deal is opened once for its key and later calls with that key get the answer as it stands now; a key that
//! was given up never opens one. Limits: as each request says. Left out on purpose: what a connection claims and what goes
//! wrong on the line, which the connector looks after.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, MAX_MINOR, Money};

use super::bank::{Bank, BankError, PageId, PageKind, attempt_of, bad_request, record_id};
use super::cards::{Behavior, Card};
use super::deal::{Deal, Origin, Purpose, Terms};
use super::session::{OPEN_SECONDS, PageState, Session};
use super::taken::Allowed;
use super::wallet::SetupKept;
use crate::capabilities::Capability;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{
    CaptureRequest, ChargeRequest, CheckoutRequest, Initiator, InvoiceRequest, RefundRequest, SetupRequest, Source,
};
use crate::remote::{Charge, Checkout, MethodKind, Refund, RemoteInvoice, RemoteKind, Setup};

type Answer<T> = Result<Outcome<T>, BankError>;

/// A charge and how its answer travels.
pub(super) struct Opened {
    pub outcome: Outcome<Charge>,
    /// The card behind it, when the charge was made by this very call.
    pub made_with: Option<Behavior>,
}

impl Bank {
    pub(super) async fn open_checkout(&self, by: AttemptId, request: &CheckoutRequest, at: Instant) -> Answer<Checkout> {
        let terms = self.checkout_terms(request)?;
        if request.save && request.customer.is_none() {
            return Err(bad_request("A card is saved for a customer: name one."));
        }
        if let (true, Some(customer)) = (request.save, &request.customer) {
            self.kept_methods(customer).await?;
        }
        let expires_at = request.expires_at.unwrap_or(at.plus_seconds(OPEN_SECONDS));
        let fresh = || {
            let mut deal = self.fresh_deal(by, &terms, at);
            let id = self.page_id(PageKind::Pay, by).to_string();
            deal.show_page(Session::open(id, &request.return_url, &request.cancel_url, Some(expires_at)));
            deal
        };
        let (deal, _) = self.open_deal(by, &terms, at, fresh).await?;
        Ok(Outcome::Done(self.checkout_view(&deal)))
    }

    pub(super) async fn close_checkout(&self, checkout: &str, at: Instant) -> Answer<Checkout> {
        let id = self.own_page(checkout)?;
        let close = |deal: &mut Deal| {
            deal.close_page(PageState::Expired, at);
            Ok(self.checkout_view(deal))
        };
        Ok(Outcome::Done(self.change(&record_id(id.attempt), at, close).await?))
    }

    /// A charge without a page.
    pub(super) async fn open_charge(&self, by: AttemptId, request: &ChargeRequest, at: Instant) -> Result<Opened, BankError> {
        let terms = self.charge_terms(request, at)?;
        let id = record_id(by);
        // A repetition is answered from the record, even when the card was forgotten since.
        let card = match self.look::<Deal>(&id, at).await? {
            Some(deal) => return Ok(Opened { outcome: self.charge_outcome(&known(deal, &terms)?), made_with: None }),
            None => self.card_of(&request.source, at).await?,
        };
        let debit = card.does.kind() == MethodKind::BankDebit;
        if debit && !self.can(Capability::BankDebit) {
            return Err(BankError::refused(RejectReason::Unsupported, "This connection does not offer bank debits."));
        }
        if debit && !request.capture {
            return Err(bad_request("A bank debit cannot be held: it is taken or not."));
        }
        let present = matches!(request.source, Source::Token { .. });
        let fresh = || {
            let mut deal = self.fresh_deal(by, &terms, at);
            let page_id = self.page_id(PageKind::Pay, by).to_string();
            let closes_at = Some(at.plus_seconds(OPEN_SECONDS));
            let page = Session::open(page_id, &request.return_url, &request.return_url, closes_at);
            deal.charge_directly(card.clone(), present, page, at);
            deal
        };
        let (deal, opened) = self.open_deal(by, &terms, at, fresh).await?;
        let made_with = deal.taken.as_ref().filter(|_| opened).map(|taken| taken.card.does);
        Ok(Opened { outcome: self.charge_outcome(&deal), made_with })
    }

    pub(super) async fn take_held(&self, by: AttemptId, request: &CaptureRequest, at: Instant) -> Answer<Charge> {
        let allowed = self.allowed(Capability::PartialCapture);
        let capture = |deal: &mut Deal| {
            deal.capture(by, request.amount, allowed, at)?;
            Ok(self.charge_outcome(deal))
        };
        self.change(&charge_record(&request.charge)?, at, capture).await
    }

    pub(super) async fn release_held(&self, by: AttemptId, charge: &str, at: Instant) -> Answer<Charge> {
        let void = |deal: &mut Deal| {
            deal.void(by, at)?;
            Ok(self.charge_outcome(deal))
        };
        self.change(&charge_record(charge)?, at, void).await
    }

    pub(super) async fn give_back(&self, by: AttemptId, request: &RefundRequest, at: Instant) -> Answer<Refund> {
        let allowed = self.allowed(Capability::PartialRefund);
        let refund = |deal: &mut Deal| {
            let made = deal.refund(Some(by), request.amount, allowed, at)?;
            Ok(deal.refund_outcome(&made))
        };
        self.change(&charge_record(&request.charge)?, at, refund).await
    }

    pub(super) async fn open_setup(&self, by: AttemptId, request: &SetupRequest, at: Instant) -> Answer<Setup> {
        self.kept_methods(&request.customer).await?;
        let id = record_id(by);
        self.place(&id, self.fresh_setup(by, request, at)).await?;
        let kept = self.look::<SetupKept>(&id, at).await?.ok_or_else(BankError::not_found)?;
        if kept.dead {
            return Err(key_dead());
        }
        if kept.customer != request.customer {
            return Err(key_reused());
        }
        Ok(Outcome::Done(self.setup_view(&kept)))
    }

    pub(super) fn fresh_setup(&self, by: AttemptId, request: &SetupRequest, at: Instant) -> SetupKept {
        let page_id = self.page_id(PageKind::Save, by).to_string();
        let closes_at = Some(at.plus_seconds(OPEN_SECONDS));
        SetupKept {
            attempt: by,
            customer: request.customer.clone(),
            staff: request.by == Initiator::Staff,
            page: Session::open(page_id, &request.return_url, &request.cancel_url, closes_at),
            method: None,
            dead: false,
            created_at: at,
            outbox: Default::default(),
        }
    }

    pub(super) async fn draft_invoice(&self, by: AttemptId, request: &InvoiceRequest, at: Instant) -> Answer<RemoteInvoice> {
        let terms = self.invoice_terms(request)?;
        let (deal, _) = self.open_deal(by, &terms, at, || self.fresh_deal(by, &terms, at)).await?;
        Ok(Outcome::Done(self.invoice_view(&deal)))
    }

    /// A draft becomes payable; a sent one stays so, and is "sent again".
    pub(super) async fn issue_invoice(&self, invoice: &str, at: Instant) -> Answer<RemoteInvoice> {
        let by = attempt_of("in_", invoice)?;
        let send = |deal: &mut Deal| {
            must_be_invoice(deal)?;
            if deal.page.is_none() {
                let page_id = self.page_id(PageKind::Pay, by).to_string();
                let home = self.thanks_url(deal);
                deal.show_page(Session::open(page_id, &home, &home, None));
                deal.tell("invoice.sent", RemoteKind::Invoice, at, 0);
            } else if deal.live_page().is_none() {
                return Err(BankError::refused(RejectReason::WrongState, "This invoice is closed."));
            } else if !self.can(Capability::ResendInvoice) {
                return Err(BankError::refused(RejectReason::Unsupported, "This connection mails an invoice once."));
            }
            Ok(Outcome::Done(self.invoice_view(deal)))
        };
        self.change(&record_id(by), at, send).await
    }

    pub(super) async fn withdraw_invoice(&self, invoice: &str, at: Instant) -> Answer<RemoteInvoice> {
        let by = attempt_of("in_", invoice)?;
        let cancel = |deal: &mut Deal| {
            must_be_invoice(deal)?;
            if deal.page.is_none() {
                let page_id = self.page_id(PageKind::Pay, by).to_string();
                let home = self.thanks_url(deal);
                deal.show_page(Session::open(page_id, &home, &home, None));
            }
            deal.close_page(PageState::Canceled, at);
            Ok(Outcome::Done(self.invoice_view(deal)))
        };
        self.change(&record_id(by), at, cancel).await
    }

    /// The connection's test: holds one whole unit of the currency on the good card and lets it go.
    pub(super) async fn test_hold(&self, by: AttemptId, currency: Currency, at: Instant) -> Result<(), BankError> {
        let amount = Money::new(currency.minor_per_major(), currency);
        let terms = Terms { purpose: Purpose::Test, description: "Test".to_owned(), ..self.plain_terms(amount) };
        let card = Card { does: Behavior::Pays, last4: "4242".to_owned(), expires: None };
        let fresh = || {
            let mut deal = self.fresh_deal(by, &terms, at);
            let nowhere = Session::open(String::new(), "", "", None);
            deal.charge_directly(card.clone(), true, nowhere, at);
            deal
        };
        self.open_deal(by, &terms, at, fresh).await?;
        self.change(&record_id(by), at, |deal: &mut Deal| deal.void(by, at)).await
    }

    fn fresh_deal(&self, by: AttemptId, terms: &Terms, at: Instant) -> Deal {
        Deal::new(by, terms.clone(), self.capabilities().authorization_days, at)
    }

    /// Opens a deal once: the second in the pair is true for the call that did.
    async fn open_deal(
        &self,
        by: AttemptId,
        terms: &Terms,
        at: Instant,
        fresh: impl FnOnce() -> Deal,
    ) -> Result<(Deal, bool), BankError> {
        let id = record_id(by);
        if let Some(deal) = self.look::<Deal>(&id, at).await? {
            return Ok((known(deal, terms)?, false));
        }
        let deal = fresh();
        if self.place(&id, deal.clone()).await? {
            return Ok((deal, true));
        }
        let deal = self.look::<Deal>(&id, at).await?.ok_or_else(BankError::not_found)?;
        Ok((known(deal, terms)?, false))
    }

    async fn card_of(&self, source: &Source, at: Instant) -> Result<Card, BankError> {
        match source {
            Source::Saved { customer, method } => self.kept_card(customer, method).await,
            Source::Token { token, .. } => token_card(token, at),
        }
    }

    pub(super) fn checkout_terms(&self, request: &CheckoutRequest) -> Result<Terms, BankError> {
        chargeable(request.amount)?;
        Ok(Terms {
            purpose: Purpose::Checkout,
            description: request.description.clone(),
            reference: request.reference.clone(),
            customer: request.customer.clone(),
            capture: request.capture,
            save: request.save,
            staff: request.by == Initiator::Staff,
            ..self.plain_terms(request.amount)
        })
    }

    pub(super) fn charge_terms(&self, request: &ChargeRequest, at: Instant) -> Result<Terms, BankError> {
        chargeable(request.amount)?;
        let (origin, customer) = match &request.source {
            Source::Saved { customer, method } => (Origin::Saved { method: method.clone() }, Some(customer.clone())),
            Source::Token { token, .. } => {
                let card = token_card(token, at)?;
                (Origin::Token { does: card.does, last4: card.last4 }, None)
            }
        };
        Ok(Terms {
            purpose: Purpose::Charge { origin },
            description: request.description.clone(),
            reference: request.reference.clone(),
            customer,
            capture: request.capture,
            staff: request.by == Initiator::Staff,
            ..self.plain_terms(request.amount)
        })
    }

    pub(super) fn invoice_terms(&self, request: &InvoiceRequest) -> Result<Terms, BankError> {
        chargeable(request.amount)?;
        let mut sum = Money::zero(request.amount.currency);
        for line in &request.lines {
            sum = sum.plus(line.amount).map_err(|error| bad_request(&error.to_string()))?;
        }
        if sum != request.amount {
            return Err(bad_request("The lines do not add up to the amount."));
        }
        let purpose = Purpose::Invoice { email: request.email.clone(), due_on: request.due_on, lines: request.lines.clone() };
        Ok(Terms {
            purpose,
            description: format!("Invoice {}", request.number),
            reference: request.number.clone(),
            customer: request.customer.clone(),
            capture: true,
            ..self.plain_terms(request.amount)
        })
    }

    fn plain_terms(&self, amount: Money) -> Terms {
        Terms {
            purpose: Purpose::Test,
            amount,
            description: String::new(),
            reference: String::new(),
            customer: None,
            capture: false,
            save: false,
            staff: false,
        }
    }

    fn allowed(&self, partly: Capability) -> Allowed {
        Allowed { partial: self.can(partly), refund_days: self.capabilities().refund_days }
    }

    pub(super) fn refunds_allowed(&self) -> Allowed {
        self.allowed(Capability::PartialRefund)
    }

    /// A paid invoice has nowhere to go back to: its own page says thanks.
    fn thanks_url(&self, deal: &Deal) -> String {
        self.page_url(&self.page_id(PageKind::Pay, deal.attempt))
    }

    pub(super) fn own_page(&self, id: &str) -> Result<PageId, BankError> {
        let id: PageId = id.parse().map_err(|_| BankError::not_found())?;
        self.check(&id)?;
        Ok(id)
    }
}

/// A deal that was there before: only for the same request, and only if it was not given up.
fn known(deal: Deal, terms: &Terms) -> Result<Deal, BankError> {
    if deal.dead {
        return Err(key_dead());
    }
    if deal.terms == *terms { Ok(deal) } else { Err(key_reused()) }
}

fn key_dead() -> BankError {
    BankError::refused(RejectReason::KeyDead, "This key was given up and can never act.")
}

fn key_reused() -> BankError {
    BankError::refused(RejectReason::KeyReused, "This key came with another request before.")
}

fn chargeable(amount: Money) -> Result<(), BankError> {
    if (1..=MAX_MINOR).contains(&amount.minor) {
        Ok(())
    } else {
        Err(bad_request("The amount must be more than zero and below 10^15."))
    }
}

pub(super) fn token_card(token: &str, at: Instant) -> Result<Card, BankError> {
    Card::from_token(token, at).ok_or_else(|| bad_request("The token is tok_ and a published test number."))
}

fn must_be_invoice(deal: &Deal) -> Result<(), BankError> {
    let is_one = matches!(deal.terms.purpose, Purpose::Invoice { .. }) && !deal.dead;
    if is_one { Ok(()) } else { Err(BankError::not_found()) }
}

/// The record behind a charge id.
pub(super) fn charge_record(charge: &str) -> Result<String, BankError> {
    attempt_of("ch_", charge).map(record_id)
}
