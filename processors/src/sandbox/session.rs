//! A page of the bank, as it is kept: open until it is finished, given up or too late.
//!
//! Invariant: a page that is closed stays closed. Limits: [`MAX_DECLINES`] declined tries, then the page is closed, so that
//! it is no place to try out numbers; it stays open [`OPEN_SECONDS`] unless the request says otherwise.

use books::calendar::Instant;
use serde::{Deserialize, Serialize};

use super::cards::Card;
use crate::outcome::{Decline, DeclineReason};

pub const MAX_DECLINES: u32 = 20;
/// A day.
pub const OPEN_SECONDS: i64 = 86_400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    Open,
    /// The card's bank waits for its holder to confirm.
    Authenticating,
    Completed,
    Expired,
    Canceled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    /// As in its address.
    pub id: String,
    pub state: PageState,
    pub return_url: String,
    pub cancel_url: String,
    pub expires_at: Option<Instant>,
    /// The card whose holder must confirm.
    pub confirming: Option<Card>,
    pub last_decline: Option<Decline>,
    declines: u32,
}

impl Session {
    pub fn open(id: String, return_url: &str, cancel_url: &str, expires_at: Option<Instant>) -> Session {
        Session {
            id,
            state: PageState::Open,
            return_url: return_url.to_owned(),
            cancel_url: cancel_url.to_owned(),
            expires_at,
            confirming: None,
            last_decline: None,
            declines: 0,
        }
    }

    pub fn is_live(&self) -> bool {
        matches!(self.state, PageState::Open | PageState::Authenticating)
    }

    pub fn wait_for_holder(&mut self, card: Card) {
        self.state = PageState::Authenticating;
        self.confirming = Some(card);
    }

    /// Another card may be tried on the same page, a limited number of times.
    pub fn decline(&mut self, reason: DeclineReason) -> Decline {
        let decline = Decline::of(reason);
        self.declines += 1;
        self.state = if self.declines < MAX_DECLINES { PageState::Open } else { PageState::Expired };
        self.confirming = None;
        self.last_decline = Some(decline.clone());
        decline
    }

    pub fn close(&mut self, state: PageState) {
        self.state = state;
        self.confirming = None;
    }
}
