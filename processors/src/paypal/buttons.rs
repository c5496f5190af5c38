//! PayPal's button on a page of ours: the same order as on PayPal's page, approved in PayPal's own window.
//!
//! Invariants: the order and its amount are made before the button is shown; that a payer approved is what PayPal says of the
//! order, and it is taken under one key when somebody looks, as after PayPal's page. Limits: the button leads to PayPal accounts
//! only; cards are left to PayPal's page. Source: developer.paypal.com, JavaScript SDK reference, 2026.

use books::calendar::Instant;

use super::PayPal;
use super::orders::PageName;
use crate::form::escaped;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, CheckoutRequest};
use crate::remote::{Checkout, Fields};

/// Stands before a page's name where the page is ours.
const MARK: &str = "fields.";
/// The same for accounts that try and for those that pay: the client's id tells them apart.
const SCRIPT: &str = "https://www.paypal.com/sdk/js";

/// The page is ours, and its address is known to whoever asked for it.
fn ours(page: Checkout) -> Checkout {
    Checkout { id: format!("{MARK}{}", page.id), url: String::new(), ..page }
}

impl PayPal {
    pub(super) async fn open_button(&self, by: &Attempt, request: &CheckoutRequest, page: &str) -> Outcome<Checkout> {
        self.open_page(by, request).await.map(|order| Checkout { url: page.to_owned(), ..ours(order) })
    }

    pub(super) async fn look_at_any_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        match id.strip_prefix(MARK) {
            Some(order) => self.look_at_page(order, now).await.map(ours),
            None => self.look_at_page(id, now).await,
        }
    }

    pub(super) async fn close_any_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        match id.strip_prefix(MARK) {
            Some(order) => self.close_page(order, now).await.map(ours),
            None => self.close_page(id, now).await,
        }
    }

    /// What PayPal's script is given; none of it is secret.
    pub(super) fn given(&self, page: &str) -> Outcome<Fields> {
        let name = page.strip_prefix(MARK).map(PageName::read::<Fields>);
        let Some(Ok(name)) = name else {
            return Outcome::rejected(RejectReason::NotFound, "PayPal knows no such page.");
        };
        let script = format!(
            "{SCRIPT}?client-id={}&currency={}&intent=capture&commit=true&components=buttons&disable-funding=card",
            escaped(&self.client),
            name.currency().unwrap_or("USD"),
        );
        Outcome::Done(Fields { script, given: vec![("order", name.order.to_owned())], gives_token: false, banks: false })
    }
}
