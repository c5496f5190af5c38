//! What the bank answers when it is asked: how a thing stands, what became of a lost answer, what changed.
//!
//! Invariants: asking about a lost answer either finds what the key did or kills the key, in one compare and swap, so
//! *proven absent* stays true even when the lost call arrives after all; a cursor never steps over a change.
//! Limits: [`PAGE`] records at a time.

use books::calendar::Instant;
use books::ids::{AttemptId, decode};

use super::bank::{Bank, BankError, attempt_of, bad_request, record_id};
use super::counter::charge_record;
use super::deal::{Deal, Terms};
use super::kept::{Kept, parse};
use super::session::PageState;
use super::shelf::Slice;
use super::wallet::SetupKept;
use crate::asked::Asked;
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::SetupRequest;
use crate::remote::{Changes, CheckoutState, Payouts, Reference, Remote, RemoteInvoiceState, RemoteKind};

const PAGE: usize = 100;

impl Bank {
    /// How a thing stands. A charge that waits for its holder answers *needs action*.
    pub(super) async fn stands(&self, what: &Reference, now: Instant) -> Result<Outcome<Remote>, BankError> {
        let id = what.id.as_str();
        match what.kind {
            RemoteKind::Charge => self.charge_stands(id, now).await,
            RemoteKind::Checkout => {
                let deal = self.deal(self.own_page(id)?.attempt, now).await?;
                Ok(Outcome::Done(Remote::Checkout(self.checkout_view(&deal))))
            }
            RemoteKind::Invoice => {
                let deal = self.deal(attempt_of("in_", id)?, now).await?;
                Ok(Outcome::Done(Remote::Invoice(self.invoice_view(&deal))))
            }
            RemoteKind::Dispute => {
                let deal = self.deal(attempt_of("dp_", id)?, now).await?;
                Ok(Outcome::Done(Remote::Dispute(deal.dispute_view().ok_or_else(BankError::not_found)?)))
            }
            RemoteKind::Refund => self.refund_stands(id, now).await,
            RemoteKind::Setup => {
                let kept = self.look::<SetupKept>(&record_id(self.own_page(id)?.attempt), now).await?;
                let kept = kept.filter(|kept| !kept.dead).ok_or_else(BankError::not_found)?;
                Ok(Outcome::Done(Remote::Setup(self.setup_view(&kept))))
            }
        }
    }

    async fn charge_stands(&self, id: &str, now: Instant) -> Result<Outcome<Remote>, BankError> {
        let deal = self.deal(attempt_of("ch_", id)?, now).await?;
        match deal.charge() {
            Some(charge) => Ok(Outcome::Done(Remote::Charge(charge))),
            None => match self.charge_outcome(&deal) {
                waiting @ Outcome::NeedsAction(_) if deal.is_direct() => Ok(waiting.map(Remote::Charge)),
                _ => Err(BankError::not_found()),
            },
        }
    }

    async fn refund_stands(&self, id: &str, now: Instant) -> Result<Outcome<Remote>, BankError> {
        let charge = id.strip_prefix("re_").and_then(|rest| rest.split('_').next()).and_then(decode).map(AttemptId);
        let deal = self.deal(charge.ok_or_else(BankError::not_found)?, now).await?;
        let made = deal.taken.iter().flat_map(|taken| &taken.refunds).find(|made| made.id == id);
        let made = made.ok_or_else(BankError::not_found)?;
        Ok(Outcome::Done(Remote::Refund(deal.refund_view(made))))
    }

    async fn deal(&self, attempt: AttemptId, now: Instant) -> Result<Deal, BankError> {
        let deal = self.look::<Deal>(&record_id(attempt), now).await?;
        deal.filter(|deal| !deal.dead).ok_or_else(BankError::not_found)
    }

    /// What became of a key.
    pub(super) async fn what_became(&self, by: AttemptId, asked: &Asked, now: Instant) -> Result<Resolved<Remote>, BankError> {
        match asked {
            Asked::Checkout(request) => {
                let found = self.deal_or_kill(by, self.checkout_terms(request)?, now).await?;
                Ok(or_absent(found.map(|deal| Outcome::Done(Remote::Checkout(self.checkout_view(&deal))))))
            }
            Asked::Charge(request) => {
                let found = self.deal_or_kill(by, self.charge_terms(request, now)?, now).await?;
                Ok(or_absent(found.map(|deal| self.charge_outcome(&deal).map(Remote::Charge))))
            }
            Asked::CreateInvoice(request) => {
                let found = self.deal_or_kill(by, self.invoice_terms(request)?, now).await?;
                Ok(or_absent(found.map(|deal| Outcome::Done(Remote::Invoice(self.invoice_view(&deal))))))
            }
            Asked::Setup(request) => self.setup_or_kill(by, request, now).await,
            Asked::Capture(request) => self.capture_or_give_up(by, &request.charge, now).await,
            Asked::Void { charge } => self.void_or_give_up(by, charge, now).await,
            Asked::Refund(request) => self.refund_or_give_up(by, &request.charge, now).await,
            Asked::Keyed(_) => Ok(Resolved::ProvenAbsent),
            Asked::ExpireCheckout { checkout } => self.closed_checkout(checkout, now).await,
            Asked::SendInvoice { invoice } => self.invoice_in(invoice, |state| state != RemoteInvoiceState::Draft, now).await,
            Asked::CancelInvoice { invoice } => {
                let over = |state| matches!(state, RemoteInvoiceState::Canceled | RemoteInvoiceState::Paid);
                self.invoice_in(invoice, over, now).await
            }
        }
    }

    /// The deal of a key, or a dead one in its place for ever.
    async fn deal_or_kill(&self, by: AttemptId, terms: Terms, now: Instant) -> Result<Option<Deal>, BankError> {
        let id = record_id(by);
        self.place(&id, Deal::dead(by, terms, now)).await?;
        let deal = self.look::<Deal>(&id, now).await?.ok_or_else(BankError::not_found)?;
        Ok((!deal.dead).then_some(deal))
    }

    async fn setup_or_kill(&self, by: AttemptId, request: &SetupRequest, now: Instant) -> Result<Resolved<Remote>, BankError> {
        let id = record_id(by);
        let mut dead = self.fresh_setup(by, request, now);
        dead.dead = true;
        dead.page.close(PageState::Canceled);
        self.place(&id, dead).await?;
        let kept = self.look::<SetupKept>(&id, now).await?.ok_or_else(BankError::not_found)?;
        let found = (!kept.dead).then(|| Outcome::Done(Remote::Setup(self.setup_view(&kept))));
        Ok(or_absent(found))
    }

    async fn capture_or_give_up(&self, by: AttemptId, charge: &str, now: Instant) -> Result<Resolved<Remote>, BankError> {
        let ask = |deal: &mut Deal| {
            let done = deal.captured_by_or_give_up(by);
            Ok(done.then(|| self.charge_outcome(deal).map(Remote::Charge)))
        };
        Ok(or_absent(self.change(&charge_record(charge)?, now, ask).await?))
    }

    async fn void_or_give_up(&self, by: AttemptId, charge: &str, now: Instant) -> Result<Resolved<Remote>, BankError> {
        let ask = |deal: &mut Deal| {
            let done = deal.voided_by_or_give_up(by);
            Ok(done.then(|| self.charge_outcome(deal).map(Remote::Charge)))
        };
        Ok(or_absent(self.change(&charge_record(charge)?, now, ask).await?))
    }

    async fn refund_or_give_up(&self, by: AttemptId, charge: &str, now: Instant) -> Result<Resolved<Remote>, BankError> {
        let ask = |deal: &mut Deal| {
            let made = deal.refund_by_or_give_up(by);
            Ok(made.map(|made| deal.refund_outcome(&made).map(Remote::Refund)))
        };
        Ok(or_absent(self.change(&charge_record(charge)?, now, ask).await?))
    }

    /// A closing that arrives late only does what was wanted, so there is no key to kill.
    async fn closed_checkout(&self, checkout: &str, now: Instant) -> Result<Resolved<Remote>, BankError> {
        let deal = self.deal(self.own_page(checkout)?.attempt, now).await?;
        let view = self.checkout_view(&deal);
        let closed = view.state != CheckoutState::Open;
        Ok(or_absent(closed.then_some(Outcome::Done(Remote::Checkout(view)))))
    }

    /// As [`Bank::closed_checkout`]: sending and canceling may arrive late without harm.
    async fn invoice_in(
        &self,
        invoice: &str,
        wanted: impl Fn(RemoteInvoiceState) -> bool,
        now: Instant,
    ) -> Result<Resolved<Remote>, BankError> {
        let deal = self.deal(attempt_of("in_", invoice)?, now).await?;
        let view = self.invoice_view(&deal);
        let found = wanted(view.state).then_some(Outcome::Done(Remote::Invoice(view)));
        Ok(or_absent(found))
    }

    /// Everything whose record changed after the cursor.
    pub(super) async fn changed(&self, since: Option<&str>, now: Instant) -> Result<Changes, BankError> {
        let (deals, setups) = read_cursor(since)?;
        let mut cursor = (deals, setups);
        let mut changed = Vec::new();
        let records = self.shelf().list(Deal::KIND, Slice::Changed { after: deals }, PAGE).await?;
        let mut more = records.len() == PAGE;
        for record in records {
            cursor.0 = record.sequence;
            let mut deal: Deal = parse(&record)?;
            deal.advance(now);
            changed.extend(self.remotes(&deal));
        }
        let records = self.shelf().list(SetupKept::KIND, Slice::Changed { after: setups }, PAGE).await?;
        more |= records.len() == PAGE;
        for record in records {
            cursor.1 = record.sequence;
            let mut kept: SetupKept = parse(&record)?;
            kept.advance(now);
            changed.extend((!kept.dead).then(|| Remote::Setup(self.setup_view(&kept))));
        }
        Ok(Changes { changed, cursor: format!("{}.{}", cursor.0, cursor.1), more })
    }

    pub(super) async fn paid_out(&self, since: Option<&str>, now: Instant) -> Result<Payouts, BankError> {
        let (mut cursor, _) = read_cursor(since)?;
        let records = self.shelf().list(Deal::KIND, Slice::Changed { after: cursor }, PAGE).await?;
        let more = records.len() == PAGE;
        let mut payouts = Vec::new();
        for record in records {
            cursor = record.sequence;
            let mut deal: Deal = parse(&record)?;
            deal.advance(now);
            payouts.extend(deal.payouts());
        }
        Ok(Payouts { payouts, cursor: format!("{cursor}.0"), more })
    }
}

fn or_absent(found: Option<Outcome<Remote>>) -> Resolved<Remote> {
    found.map_or(Resolved::ProvenAbsent, Resolved::Found)
}

/// A request that the bank refuses as such cannot have done anything.
pub(super) fn resolved_refusal(error: BankError) -> Resolved<Remote> {
    match error {
        BankError::Unreachable(why) => Resolved::StillUnknown { why },
        BankError::Refused(refused) if refused.reason == RejectReason::NotFound => Resolved::ProvenAbsent,
        BankError::Refused(refused) => Resolved::Found(Outcome::Rejected(refused)),
    }
}

/// `12.5`: the last change seen of deals and of setups. None: from the beginning.
fn read_cursor(since: Option<&str>) -> Result<(i64, i64), BankError> {
    let Some(text) = since else { return Ok((0, 0)) };
    let parts = text.split_once('.').and_then(|(deals, setups)| Some((deals.parse().ok()?, setups.parse().ok()?)));
    parts.ok_or_else(|| bad_request("This is not a cursor of this bank."))
}
