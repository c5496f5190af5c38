//! Where staff key a card that its holder reads out or hands over.
//!
//! Invariants: only fields of the processor's take a card's number, wherever they stand; what is taken in a program apart from the
//! API is ours when it carries our reference, and is believed only as the processor tells of it. Left out: readers at a counter.

use books::money::Money;
use serde::{Deserialize, Serialize};

use crate::wire;

/// Of a connection that claims [`VirtualTerminal`](crate::Capability::VirtualTerminal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    /// On a page of the processor's, which a checkout by staff gives the address of.
    ItsPage,
    /// In the processor's fields on a page of ours: a checkout by staff needs `fields_url`, and its fields give a token.
    OurPage,
}

/// A program of the processor's apart from its API, in which staff who are signed in there key a card. Of a connection that claims
/// [`SeparateTerminal`](crate::Capability::SeparateTerminal).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Where staff sign in, live or on trial as the connection is.
    pub url: &'static str,
    /// How to get from there to its form, as people read it.
    pub way: &'static str,
    /// What its form calls the place that our reference goes into.
    pub field: &'static str,
    /// What has to stand there, letter by letter: it leads back to the attempt.
    pub reference: String,
}

/// What staff are about to take in such a program. Nothing is sent anywhere: it says what is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedRequest {
    #[serde(with = "wire::money")]
    pub amount: Money,
}
