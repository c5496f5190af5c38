//! A page of the bank where a card is left without being charged, and the wallet it goes into.
//!
//! Invariants: a method belongs to one customer and its token is good only together with that customer; a method that was
//! forgotten is never charged again. Saving asks no bank: the first charge tells. Limits: [`MAX_METHODS`] methods a customer.

use books::calendar::Instant;
use books::ids::{AttemptId, CustomerId, decode, encode};
use serde::{Deserialize, Serialize};

use super::bank::{Bank, BankError, bad_request, record_id};
use super::cards::Card;
use super::kept::Kept;
use super::outbox::Outbox;
use super::session::{PageState, Session};
use crate::outcome::RejectReason;
use crate::remote::{Reference, RemoteKind, SavedMethod};

pub const MAX_METHODS: usize = 100;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SetupKept {
    pub attempt: AttemptId,
    pub customer: String,
    pub staff: bool,
    pub page: Session,
    pub method: Option<SavedMethod>,
    /// Given up before it arrived.
    pub dead: bool,
    pub created_at: Instant,
    pub outbox: Outbox,
}

impl Kept for SetupKept {
    const KIND: &'static str = "setup";

    fn due_at(&self) -> Option<Instant> {
        let closes = self.page.expires_at.filter(|_| self.page.is_live());
        closes.into_iter().chain(self.outbox.due_at()).min()
    }

    fn advance(&mut self, now: Instant) {
        if self.page.is_live() && self.page.expires_at.is_some_and(|at| at <= now) {
            self.page.close(PageState::Expired);
        }
    }

    fn outbox(&mut self) -> Option<&mut Outbox> {
        Some(&mut self.outbox)
    }
}

impl SetupKept {
    /// A card was left. False: the page was closed meanwhile.
    pub fn complete(&mut self, method: SavedMethod, at: Instant) -> bool {
        if !self.page.is_live() {
            return false;
        }
        self.page.close(PageState::Completed);
        self.method = Some(method);
        let about = Reference::new(RemoteKind::Setup, self.page.id.as_str());
        self.outbox.push(&record_id(self.attempt), "setup.completed", about, Some(self.attempt), at, 0);
        true
    }
}

/// The methods of one customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wallet {
    customer: CustomerId,
    methods: Vec<MethodKept>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct MethodKept {
    id: String,
    card: Card,
    forgotten: bool,
}

impl Kept for Wallet {
    const KIND: &'static str = "wallet";
}

/// Time does not pass for a wallet.
const TIMELESS: Instant = Instant(0);

impl Bank {
    /// Makes a customer known. The same customer gives the same id.
    pub(super) async fn know(&self, customer: CustomerId) -> Result<String, BankError> {
        self.place(&encode(customer.0), Wallet { customer, methods: Vec::new() }).await?;
        Ok(format!("sc_{}", encode(customer.0)))
    }

    pub(super) async fn kept_methods(&self, customer: &str) -> Result<Vec<SavedMethod>, BankError> {
        let wallet = self.wallet(customer).await?;
        let kept = wallet.methods.iter().filter(|method| !method.forgotten);
        Ok(kept.map(|method| method.card.shown(&method.id)).collect())
    }

    /// The card behind a token of this customer.
    pub(super) async fn kept_card(&self, customer: &str, method: &str) -> Result<Card, BankError> {
        let wallet = self.wallet(customer).await?;
        let found = wallet.methods.into_iter().find(|kept| kept.id == method && !kept.forgotten);
        found.map(|kept| kept.card).ok_or_else(gone)
    }

    /// Keeps the card behind a browser token. The same key with another token is refused.
    pub(super) async fn keep_token(&self, by: AttemptId, customer: &str, card: &Card) -> Result<SavedMethod, BankError> {
        let of_this_key = format!("pm_{}_", record_id(by));
        let others = |kept: &MethodKept| kept.id.starts_with(&of_this_key) && kept.card.does != card.does;
        if self.wallet(customer).await?.methods.iter().any(others) {
            return Err(BankError::refused(RejectReason::KeyReused, "This key kept another card before."));
        }
        self.keep_card(by, customer, card).await
    }

    /// Keeps a card under a token made from the key and its last four, so that a repetition keeps it once, and two cards
    /// typed into two tabs of one page are two.
    pub(super) async fn keep_card(&self, by: AttemptId, customer: &str, card: &Card) -> Result<SavedMethod, BankError> {
        let id = format!("pm_{}_{}", record_id(by), card.last4);
        let keep = |wallet: &mut Wallet| {
            if let Some(kept) = wallet.methods.iter().find(|kept| kept.id == id) {
                return if kept.forgotten { Err(gone()) } else { Ok(()) };
            }
            if wallet.methods.iter().filter(|kept| !kept.forgotten).count() >= MAX_METHODS {
                return Err(bad_request("A customer has at most 100 saved methods."));
            }
            wallet.methods.push(MethodKept { id: id.clone(), card: card.clone(), forgotten: false });
            Ok(())
        };
        self.change(wallet_id(customer)?, TIMELESS, keep).await?;
        Ok(card.shown(&id))
    }

    /// Forgets a method; one that is gone already is fine.
    pub(super) async fn forget_method(&self, customer: &str, method: &str) -> Result<(), BankError> {
        let forget = |wallet: &mut Wallet| {
            for kept in wallet.methods.iter_mut().filter(|kept| kept.id == method) {
                kept.forgotten = true;
            }
            Ok(())
        };
        self.change(wallet_id(customer)?, TIMELESS, forget).await
    }

    async fn wallet(&self, customer: &str) -> Result<Wallet, BankError> {
        self.peek(wallet_id(customer)?).await?.ok_or_else(BankError::not_found)
    }
}

fn wallet_id(customer: &str) -> Result<&str, BankError> {
    customer.strip_prefix("sc_").filter(|id| decode(id).is_some()).ok_or_else(BankError::not_found)
}

fn gone() -> BankError {
    BankError::refused(RejectReason::MethodGone, "This saved method is gone.")
}
