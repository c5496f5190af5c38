//! The bank's own page, where a payer (or staff, keying a card that is read out) pays or leaves a card. The server renders
//! it and hands in what was typed.
//!
//! Invariants: a page is paid once, however many tabs and clicks; what was typed is looked at and dropped, only the last
//! four are kept; a closed page says so and never opens again. Limits: published test numbers, [`super::session::MAX_DECLINES`]
//! declined tries. Left out on purpose: markup, and telling the business that the browser came back: that proves nothing.

use std::time::Duration;

use books::calendar::{Day, Instant};
use books::money::Money;

use super::bank::{Bank, BankError, PageId, PageKind, record_id};
use super::cards::{Behavior, Card, CardEntry, EntryError, Verdict};
use super::deal::{Deal, Purpose, Tried};
use super::session::{PageState, Session};
use super::wallet::SetupKept;
use crate::capabilities::Capability;
use crate::outcome::Decline;
use crate::processor::InvoiceLine;
use crate::remote::{ChargeState, MethodKind};

/// How long the slow card lets everybody wait.
pub(super) const SLOW: Duration = Duration::from_secs(5);

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    pub business: String,
    pub purpose: PagePurpose,
    /// None where a card is only kept.
    pub amount: Option<Money>,
    pub description: String,
    /// Our document's number; may be empty.
    pub reference: String,
    pub state: PageState,
    /// What may be typed into the page.
    pub methods: Vec<MethodKind>,
    /// The card is kept for later charges too.
    pub keeps_card: bool,
    /// Why the last card was not taken.
    pub last_decline: Option<Decline>,
    pub return_url: String,
    pub cancel_url: String,
    pub expires_at: Option<Instant>,
    /// What an invoice of the bank's own says.
    pub bill: Option<Bill>,
}

/// An invoice of the bank's own, as its receiver reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Whom the bank "mailed" it to.
    pub to: String,
    pub due_on: Option<Day>,
    pub lines: Vec<InvoiceLine>,
    /// It is paid, or its debit is under way.
    pub paid: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePurpose {
    Pay,
    /// The same, on an invoice of the bank's own, which stays where it is when it is paid.
    PayInvoice,
    /// Staff key a card for the payer.
    StaffKeyed,
    Save,
    /// Only the holder's confirmation is missing: no card is typed here.
    Confirm,
}

/// What a submission of the page led to.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckoutStep {
    /// Paid (or held), now or before: send the browser there.
    Paid { return_url: String },
    /// The bank debit is under way: send the browser there.
    BankDebitPending { return_url: String },
    /// The card is kept: send the browser there.
    Saved { return_url: String },
    /// Show the page again with these beside the fields. Nothing was tried.
    Invalid { errors: Vec<EntryError> },
    /// The bank said no. None: show the page again for another card. Some: nothing more can be tried here, go there.
    Declined { decline: Decline, return_url: Option<String> },
    /// Show the page again: it now asks the holder to confirm.
    NeedsAuthentication,
    /// It was charged, but the answer is lost: say that nobody knows, do not send the browser anywhere.
    AnswerLost,
    /// Too late or given up before: say so, offer the way back.
    Closed { state: PageState, return_url: String },
}

impl Bank {
    /// The page as it stands. Looking changes nothing.
    pub async fn checkout(&self, id: &PageId, now: Instant) -> Result<PageView, BankError> {
        self.check(id)?;
        match id.kind {
            PageKind::Pay => self.pay_view(&self.paying(id, now).await?),
            PageKind::Save => {
                let kept = self.look::<SetupKept>(&record_id(id.attempt), now).await?.filter(|kept| !kept.dead);
                Ok(self.save_view(&kept.ok_or_else(BankError::not_found)?))
            }
        }
    }

    /// Somebody submitted the page. Twice is once.
    pub async fn pay_checkout(&self, id: &PageId, entry: &CardEntry<'_>, now: Instant) -> Result<CheckoutStep, BankError> {
        self.check(id)?;
        match id.kind {
            PageKind::Pay => self.pay_with(id, entry, now).await,
            PageKind::Save => self.save_with(id, entry, now).await,
        }
    }

    /// The card's holder confirmed, or did not.
    pub async fn authenticate(&self, id: &PageId, confirmed: bool, now: Instant) -> Result<CheckoutStep, BankError> {
        self.check(id)?;
        let deal = self.paying(id, now).await?;
        let confirming = deal.page.as_ref().and_then(|page| page.confirming.as_ref());
        let saved = match confirming {
            Some(card) if confirmed => self.saved_while_paying(&deal, card, true).await?,
            _ => None,
        };
        let act = |deal: &mut Deal| Ok((deal.confirm(confirmed, saved.clone(), now), deal.clone()));
        let (tried, deal) = self.change(&record_id(id.attempt), now, act).await?;
        Ok(self.step(tried, &deal).await)
    }

    /// The payer turns back: the page is closed for good, unless it was paid already.
    pub async fn cancel_checkout(&self, id: &PageId, now: Instant) -> Result<CheckoutStep, BankError> {
        self.check(id)?;
        let record = record_id(id.attempt);
        if id.kind == PageKind::Save {
            let close = |kept: &mut SetupKept| {
                if kept.page.is_live() {
                    kept.page.close(PageState::Canceled);
                }
                Ok(closed_or_saved(&kept.page))
            };
            return self.change(&record, now, close).await;
        }
        let close = |deal: &mut Deal| {
            // An invoice of the bank's own stays payable: turning back only leaves the page.
            if !matches!(deal.terms.purpose, Purpose::Invoice { .. }) {
                deal.close_page(PageState::Canceled, now);
            }
            Ok(deal.clone())
        };
        let deal = self.change(&record, now, close).await?;
        let page = deal.page.as_ref().ok_or_else(BankError::not_found)?;
        Ok(match page.state {
            PageState::Completed => paid(&deal, page),
            state => CheckoutStep::Closed { state, return_url: page.cancel_url.clone() },
        })
    }

    async fn paying(&self, id: &PageId, now: Instant) -> Result<Deal, BankError> {
        let deal = self.look::<Deal>(&record_id(id.attempt), now).await?;
        deal.filter(|deal| !deal.dead && deal.page.is_some()).ok_or_else(BankError::not_found)
    }

    async fn pay_with(&self, id: &PageId, entry: &CardEntry<'_>, now: Instant) -> Result<CheckoutStep, BankError> {
        let deal = self.paying(id, now).await?;
        if !deal.page.as_ref().is_some_and(Session::is_live) {
            return Ok(self.step(Tried::Closed, &deal).await);
        }
        if matches!(deal.terms.purpose, Purpose::Charge { .. }) {
            return Ok(CheckoutStep::NeedsAuthentication);
        }
        let card = match entry.read(now, self.debit_offered(&deal)) {
            Ok(card) => card,
            Err(errors) => return Ok(CheckoutStep::Invalid { errors }),
        };
        let saved = self.saved_while_paying(&deal, &card, false).await?;
        let act = |deal: &mut Deal| Ok((deal.pay(&card, saved.clone(), now), deal.clone()));
        let (tried, deal) = self.change(&record_id(id.attempt), now, act).await?;
        Ok(self.step(tried, &deal).await)
    }

    /// The card goes into the wallet before the charge that names it, so that a crash between the two leaves a saved card
    /// and not a charge that names none.
    async fn saved_while_paying(&self, deal: &Deal, card: &Card, confirmed: bool) -> Result<Option<String>, BankError> {
        let (true, Some(customer)) = (deal.terms.save, &deal.terms.customer) else { return Ok(None) };
        let approved = confirmed || card.does.verdict(true) == Verdict::Approve;
        if !approved || !deal.page.as_ref().is_some_and(Session::is_live) {
            return Ok(None);
        }
        Ok(Some(self.keep_card(deal.attempt, customer, card).await?.id))
    }

    async fn save_with(&self, id: &PageId, entry: &CardEntry<'_>, now: Instant) -> Result<CheckoutStep, BankError> {
        let record = record_id(id.attempt);
        let kept = self.look::<SetupKept>(&record, now).await?.filter(|kept| !kept.dead).ok_or_else(BankError::not_found)?;
        if !kept.page.is_live() {
            return Ok(closed_or_saved(&kept.page));
        }
        let card = match entry.read(now, self.can(Capability::BankDebit)) {
            Ok(card) => card,
            Err(errors) => return Ok(CheckoutStep::Invalid { errors }),
        };
        let method = self.keep_card(id.attempt, &kept.customer, &card).await?;
        let complete = |kept: &mut SetupKept| {
            kept.complete(method.clone(), now);
            Ok(closed_or_saved(&kept.page))
        };
        self.change(&record, now, complete).await
    }

    /// Turns what happened into what the browser sees; the slow card makes it wait.
    async fn step(&self, tried: Tried, deal: &Deal) -> CheckoutStep {
        let Some(page) = &deal.page else { return CheckoutStep::AnswerLost };
        match tried {
            Tried::Charged(Behavior::AnswerLost) => CheckoutStep::AnswerLost,
            Tried::Charged(does) => {
                if does == Behavior::Slow {
                    self.wait(SLOW).await;
                }
                paid(deal, page)
            }
            Tried::Declined(decline) => {
                let return_url = (!page.is_live()).then(|| page.return_url.clone());
                CheckoutStep::Declined { decline, return_url }
            }
            Tried::NeedsHolder => CheckoutStep::NeedsAuthentication,
            Tried::Closed if page.state == PageState::Completed => paid(deal, page),
            // A second click on a question that was answered already: show where the page stands.
            Tried::Closed if page.is_live() => match &page.last_decline {
                Some(decline) => CheckoutStep::Declined { decline: decline.clone(), return_url: None },
                None => CheckoutStep::Invalid { errors: Vec::new() },
            },
            Tried::Closed => CheckoutStep::Closed { state: page.state, return_url: page.return_url.clone() },
        }
    }

    fn debit_offered(&self, deal: &Deal) -> bool {
        self.can(Capability::BankDebit) && deal.terms.capture && !deal.terms.staff
    }

    fn pay_view(&self, deal: &Deal) -> Result<PageView, BankError> {
        let page = deal.page.as_ref().ok_or_else(BankError::not_found)?;
        let purpose = match deal.terms.purpose {
            Purpose::Charge { .. } => PagePurpose::Confirm,
            Purpose::Invoice { .. } => PagePurpose::PayInvoice,
            _ if deal.terms.staff => PagePurpose::StaffKeyed,
            _ => PagePurpose::Pay,
        };
        Ok(PageView {
            business: self.business().to_owned(),
            purpose,
            amount: Some(deal.terms.amount),
            description: deal.terms.description.clone(),
            reference: deal.terms.reference.clone(),
            state: page.state,
            methods: methods(self.debit_offered(deal)),
            keeps_card: deal.terms.save,
            last_decline: page.last_decline.clone(),
            return_url: page.return_url.clone(),
            cancel_url: page.cancel_url.clone(),
            expires_at: page.expires_at,
            bill: bill(deal, page.state),
        })
    }

    fn save_view(&self, kept: &SetupKept) -> PageView {
        PageView {
            business: self.business().to_owned(),
            purpose: PagePurpose::Save,
            amount: None,
            description: String::new(),
            reference: String::new(),
            state: kept.page.state,
            methods: methods(self.can(Capability::BankDebit) && !kept.staff),
            keeps_card: true,
            last_decline: None,
            return_url: kept.page.return_url.clone(),
            cancel_url: kept.page.cancel_url.clone(),
            expires_at: kept.page.expires_at,
            bill: None,
        }
    }
}

fn bill(deal: &Deal, state: PageState) -> Option<Bill> {
    let Purpose::Invoice { email, due_on, lines } = &deal.terms.purpose else { return None };
    let paid = state == PageState::Completed;
    Some(Bill { to: email.clone(), due_on: *due_on, lines: lines.clone(), paid })
}

fn methods(debit: bool) -> Vec<MethodKind> {
    if debit { vec![MethodKind::Card, MethodKind::BankDebit] } else { vec![MethodKind::Card] }
}

fn paid(deal: &Deal, page: &Session) -> CheckoutStep {
    let return_url = page.return_url.clone();
    let debit = deal.taken.as_ref().is_some_and(|taken| taken.state == ChargeState::Pending);
    if debit { CheckoutStep::BankDebitPending { return_url } } else { CheckoutStep::Paid { return_url } }
}

fn closed_or_saved(page: &Session) -> CheckoutStep {
    match page.state {
        PageState::Completed => CheckoutStep::Saved { return_url: page.return_url.clone() },
        state => CheckoutStep::Closed { state, return_url: page.cancel_url.clone() },
    }
}
