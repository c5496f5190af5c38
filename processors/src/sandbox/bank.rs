//! The remote side of the pretend processor, with its own truth: what it charged, holds, returned and paid out.
//!
//! Invariants: one key of ours makes at most one charge, whatever is repeated, raced or lost; a page is paid once; a
//! refund never exceeds what was captured; time is what the caller says. It shares nothing with the books: its records
//! stand on a [`Shelf`] of their own and every change is one compare and swap. Limits: published test numbers only.
//! Left out on purpose: fees, currencies' own minimum amounts, and mail: an invoice of its own is "sent" by saying so.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use books::ids::{AttemptId, ConnectionId, decode, encode};
use uuid::Uuid;

use super::shelf::{Shelf, ShelfError};
use crate::capabilities::{Capabilities, Capability};
use crate::outcome::{RejectReason, Rejection};
use crate::processor::Fut;
use crate::secret::Secret;
use crate::webhook::hmac_sha256;

/// Waits in real time: the only thing the bank needs from the outside world's clock, for cards that answer slowly.
pub type Pause = fn(Duration) -> Fut<'static, ()>;

/// What the engine lends the bank of one connection.
#[derive(Clone)]
pub struct House {
    pub shelf: Arc<dyn Shelf>,
    pub pause: Pause,
    /// Makes the addresses of pages unguessable. Stays the same for the life of the connection, or its pages are lost.
    pub page_key: Secret,
    /// The first signs the bank's messages, with the others beside it while one is being replaced; all are accepted.
    pub hook_secrets: Vec<Secret>,
}

/// The pretend bank of one connection.
pub struct Bank {
    connection: ConnectionId,
    business: String,
    public_url: String,
    house: House,
    capabilities: Capabilities,
}

/// Why the bank gave no answer of its own.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BankError {
    /// Its records could not be read or written: nothing is known about what was asked.
    #[error("the pretend bank cannot be reached: {0}")]
    Unreachable(String),
    /// It refuses, and nothing happened.
    #[error("{}", .0.text)]
    Refused(Rejection),
}

impl From<ShelfError> for BankError {
    fn from(error: ShelfError) -> BankError {
        BankError::Unreachable(error.0)
    }
}

impl Bank {
    /// `public_url` is our own address without a slash at the end: the bank's pages stand under `/sandbox/checkout/`.
    pub fn new(connection: ConnectionId, business: String, public_url: String, capabilities: Capabilities, house: House) -> Bank {
        Bank { connection, business, public_url, house, capabilities }
    }

    pub fn business(&self) -> &str {
        &self.business
    }

    pub(super) fn shelf(&self) -> &dyn Shelf {
        &*self.house.shelf
    }

    pub(super) fn hook_secrets(&self) -> &[Secret] {
        &self.house.hook_secrets
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    pub(super) fn can(&self, what: Capability) -> bool {
        self.capabilities.can(what)
    }

    pub(super) async fn wait(&self, time: Duration) {
        (self.house.pause)(time).await;
    }

    /// The page that belongs to an attempt.
    pub(super) fn page_id(&self, kind: PageKind, attempt: AttemptId) -> PageId {
        let parts: [&[u8]; 3] = [kind.prefix().as_bytes(), self.connection.0.as_bytes(), attempt.0.as_bytes()];
        let digest = hmac_sha256(&self.house.page_key, &parts);
        let tag = Uuid::from_slice(&digest[..16]).expect("sixteen bytes are a UUID");
        PageId { kind, connection: self.connection, attempt, tag }
    }

    pub(super) fn page_url(&self, id: &PageId) -> String {
        format!("{}/sandbox/checkout/{id}", self.public_url)
    }

    /// Whether this bank gave out that page.
    pub(super) fn check(&self, id: &PageId) -> Result<(), BankError> {
        let own = self.page_id(id.kind, id.attempt);
        // The tag is compared as a secret: in a time that does not tell how much of a guess was right.
        let same = Secret::new(own.to_string()) == Secret::new(id.to_string());
        if same { Ok(()) } else { Err(BankError::not_found()) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    /// Someone pays.
    Pay,
    /// Someone leaves a card.
    Save,
}

impl PageKind {
    fn prefix(self) -> &'static str {
        match self {
            PageKind::Pay => "cs_",
            PageKind::Save => "ss_",
        }
    }
}

/// The id in a page's address: names the connection, so that the server finds whose bank it is, and carries a tag that
/// cannot be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageId {
    pub(super) kind: PageKind,
    connection: ConnectionId,
    pub(super) attempt: AttemptId,
    tag: Uuid,
}

impl PageId {
    /// Whose bank gave it out, if any did: that bank checks the rest.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}{}", self.kind.prefix(), encode(self.connection.0), encode(self.attempt.0), encode(self.tag))
    }
}

impl FromStr for PageId {
    type Err = NotAPage;

    fn from_str(text: &str) -> Result<PageId, NotAPage> {
        let kind = if text.starts_with("cs_") { PageKind::Pay } else { PageKind::Save };
        let letters = text.strip_prefix(kind.prefix()).filter(|rest| rest.len() == 78 && rest.is_ascii()).ok_or(NotAPage)?;
        let part = |at: usize| decode(&letters[26 * at..26 * (at + 1)]).ok_or(NotAPage);
        Ok(PageId { kind, connection: ConnectionId(part(0)?), attempt: AttemptId(part(1)?), tag: part(2)? })
    }
}

/// Text that is not the id of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such page")]
pub struct NotAPage;

/// The name on the shelf of what belongs to an attempt.
pub(super) fn record_id(attempt: AttemptId) -> String {
    encode(attempt.0)
}

/// The attempt behind an id such as `ch_…`; refuses other prefixes.
pub(super) fn attempt_of(prefix: &str, id: &str) -> Result<AttemptId, BankError> {
    id.strip_prefix(prefix).and_then(decode).map(AttemptId).ok_or_else(BankError::not_found)
}

pub(super) fn bad_request(text: &str) -> BankError {
    BankError::refused(RejectReason::BadRequest, text)
}
