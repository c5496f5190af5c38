//! The bank's own desk: its record of what it charged, and the things that happen there without us: a dispute, a returned
//! debit, a refund made by hand.
//!
//! Invariant: the list leaves nothing out and changes nothing. Limits: [`MAX_LISTED`] charges at once.

use books::calendar::{Day, Instant};
use books::money::Money;

use super::bank::{Bank, BankError};
use super::counter::charge_record;
use super::deal::{Deal, Purpose};
use super::kept::{Kept, parse};
use super::shelf::Slice;
use super::views::BankCharge;
use crate::outcome::RejectReason;
use crate::remote::{ChargeState, DisputeState, MethodKind, RefundState, RemoteInvoiceState};

pub const MAX_LISTED: usize = 200;
/// Records read for one page of the list: pages that were never paid are skipped.
const MAX_READ: usize = 2_000;

/// A page of the bank's own record, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct BankCharges {
    pub charges: Vec<BankCharge>,
    /// Where to go on. None: that was all.
    pub next_cursor: Option<String>,
}

/// An invoice of its own that the bank "mailed".
#[derive(Debug, Clone, PartialEq)]
pub struct Mailed {
    pub number: String,
    pub to: String,
    pub due_on: Option<Day>,
    pub amount: Money,
    pub state: RemoteInvoiceState,
    /// Where its receiver pays.
    pub url: String,
}

impl Bank {
    /// What was charged or held, newest first: each with our key, so that the books can be checked against it.
    pub async fn charges(&self, cursor: Option<&str>, limit: usize) -> Result<BankCharges, BankError> {
        let limit = limit.clamp(1, MAX_LISTED);
        let mut charges = Vec::new();
        let mut before = cursor.map(str::to_owned);
        for _ in 0..MAX_READ.div_ceil(MAX_LISTED) {
            let records = self.shelf().list(Deal::KIND, Slice::Newest { before: before.clone() }, MAX_LISTED).await?;
            let last = records.len() < MAX_LISTED;
            for record in records {
                if charges.len() == limit {
                    return Ok(BankCharges { charges, next_cursor: before });
                }
                charges.extend(parse::<Deal>(&record)?.bank_charge());
                before = Some(record.id);
            }
            if last {
                return Ok(BankCharges { charges, next_cursor: None });
            }
        }
        Ok(BankCharges { charges, next_cursor: before })
    }

    /// The invoices it "mailed" lately, newest first: what a processor's own outbox would show.
    pub async fn mailed(&self) -> Result<Vec<Mailed>, BankError> {
        let records = self.shelf().list(Deal::KIND, Slice::Newest { before: None }, MAX_LISTED).await?;
        let mut mailed = Vec::new();
        for record in records {
            let deal = parse::<Deal>(&record)?;
            let Purpose::Invoice { email, due_on, .. } = &deal.terms.purpose else { continue };
            let invoice = self.invoice_view(&deal);
            if let Some(url) = invoice.url {
                let (to, due_on) = (email.clone(), *due_on);
                let (number, amount, state) = (invoice.number, invoice.amount, invoice.state);
                mailed.push(Mailed { number, to, due_on, amount, state, url });
            }
        }
        Ok(mailed)
    }

    /// The payer disputes a charge. One that is disputed already stays so.
    pub async fn dispute(&self, charge: &str, now: Instant) -> Result<BankCharge, BankError> {
        self.at_desk(charge, now, |deal| {
            let taken = deal.taken.as_ref().ok_or_else(BankError::not_found)?;
            if !taken.may_be_disputed() && taken.dispute.is_none() {
                return Err(wrong_state("Only a charge with money left in it can be disputed."));
            }
            deal.open_dispute(now);
            Ok(())
        })
        .await
    }

    /// The bank decides an open dispute.
    pub async fn close_dispute(&self, charge: &str, won: bool, now: Instant) -> Result<BankCharge, BankError> {
        self.at_desk(charge, now, |deal| {
            let dispute = deal.taken.as_ref().and_then(|taken| taken.dispute.as_ref());
            if dispute.is_none_or(|dispute| dispute.state != DisputeState::Opened) {
                return Err(wrong_state("No dispute is open on this charge."));
            }
            deal.close_dispute(won, now);
            Ok(())
        })
        .await
    }

    /// A bank debit comes back. One that came back already stays so.
    pub async fn return_debit(&self, charge: &str, now: Instant) -> Result<BankCharge, BankError> {
        self.at_desk(charge, now, |deal| {
            let taken = deal.taken.as_ref().ok_or_else(BankError::not_found)?;
            let back = matches!(taken.state, ChargeState::Returned | ChargeState::Failed);
            if taken.card.does.kind() != MethodKind::BankDebit {
                return Err(wrong_state("Only a bank debit can come back."));
            }
            if !back {
                deal.come_back(now);
            }
            Ok(())
        })
        .await
    }

    /// Somebody refunds at the bank's desk, past us. None: all that is left.
    pub async fn refund_at_dashboard(&self, charge: &str, amount: Option<Money>, now: Instant) -> Result<BankCharge, BankError> {
        self.at_desk(charge, now, |deal| {
            let taken = deal.taken.as_ref().ok_or_else(BankError::not_found)?;
            let left = Money::new(taken.captured - taken.refunded(), deal.terms.amount.currency);
            if amount.is_none() && left.minor == 0 {
                return Err(BankError::refused(RejectReason::NothingRefundable, "Nothing is left to refund."));
            }
            let made = deal.refund(None, amount.unwrap_or(left), self.refunds_allowed(), now)?;
            if made.state == RefundState::Failed {
                return Err(wrong_state("The card's bank does not take the refund."));
            }
            Ok(())
        })
        .await
    }

    async fn at_desk(
        &self,
        charge: &str,
        now: Instant,
        act: impl Fn(&mut Deal) -> Result<(), BankError>,
    ) -> Result<BankCharge, BankError> {
        let change = |deal: &mut Deal| {
            act(deal)?;
            deal.bank_charge().ok_or_else(BankError::not_found)
        };
        self.change(&charge_record(charge)?, now, change).await
    }
}

fn wrong_state(text: &str) -> BankError {
    BankError::refused(RejectReason::WrongState, text)
}
