//! Payment links: a page of Square's with an order behind it.
//!
//! Invariants: a checkout is known by its link and its order together, `LINK.ORDER`, because a link that is closed is gone
//! while its order tells what became of it. Closing cancels the order, on the version that was looked at, so that a payment
//! and a closing at once have one winner; deleting the link alone was seen to leave the page payable. A link does not lapse
//! by itself: whoever looks at one whose time is over closes it. Limits: no amount is held there and no card is kept.

use books::calendar::Instant;
use books::ids::AttemptId;
use serde_json::json;

use super::Square;
use super::answers::Said;
use super::shapes::{Made, Order};
use crate::amounts::Units;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, CheckoutRequest};
use crate::remote::{Charge, Checkout, CheckoutState};

/// How long a page is good for when nobody says.
const USUAL_SECONDS: i64 = 30 * 86_400;
/// How often a closing that was overtaken is tried before somebody else may try.
const ROUNDS: usize = 3;
const LONGEST_NAME: usize = 255;

impl Square {
    pub(super) async fn open_page(&self, by: &Attempt, request: &CheckoutRequest) -> Outcome<Checkout> {
        let amount = match Units::Iso.whole(request.amount) {
            Ok(amount) => amount,
            Err(error) => return Outcome::rejected(RejectReason::BadRequest, error.to_string()),
        };
        let until = request.expires_at.unwrap_or_else(|| by.at.plus_seconds(USUAL_SECONDS));
        let body = json!({
            "idempotency_key": by.key(),
            "order": {
                "location_id": self.location,
                "reference_id": by.key(),
                "line_items": [{
                    "name": cut(&request.description, LONGEST_NAME),
                    "quantity": "1",
                    "base_price_money": { "amount": amount, "currency": request.amount.currency.code() },
                }],
                "metadata": { "owed_expires_at": until.to_rfc3339() },
            },
            "checkout_options": { "redirect_url": request.return_url, "allow_tipping": false, "ask_for_shipping_address": false },
            "payment_note": cut(&request.reference, LONGEST_NAME),
        });
        let made = match self.line.post::<Made>("/v2/online-checkout/payment-links", &body).await {
            Ok(made) => made,
            Err(said) => return said.outcome(),
        };
        let Some(link) = made.payment_link else { return Outcome::unknown("Square made a link and does not say which") };
        match self.order(&link.order_id).await {
            Ok(order) if total(&order).is_some_and(|total| total != request.amount) => {
                Outcome::rejected(RejectReason::KeyReused, "Square knows this key with another amount.")
            }
            Ok(order) => self.page_of(&format!("{}.{}", link.id, link.order_id), link.url, &order).await,
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn look_at_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        let (link, order) = match self.parts(id) {
            Ok(parts) => parts,
            Err(outcome) => return outcome,
        };
        let found = match self.order(order).await {
            Ok(order) => order,
            Err(said) => return said.outcome(),
        };
        if found.state == "OPEN" && found.tenders.is_empty() && until(&found).is_some_and(|until| now >= until) {
            return self.close_page(id, now).await;
        }
        match self.url_of(link).await {
            Ok(url) => self.page_of(id, url, &found).await,
            Err(said) => said.outcome(),
        }
    }

    /// Cancels the order behind a page. When a payer was faster, the order says so.
    pub(super) async fn close_page(&self, id: &str, _now: Instant) -> Outcome<Checkout> {
        let (link, order) = match self.parts(id) {
            Ok(parts) => parts,
            Err(outcome) => return outcome,
        };
        for _ in 0..ROUNDS {
            let found = match self.order(order).await {
                Ok(order) => order,
                Err(said) => return said.outcome(),
            };
            if found.state != "OPEN" || !found.tenders.is_empty() {
                let url = match self.url_of(link).await {
                    Ok(url) => url,
                    Err(said) => return said.outcome(),
                };
                return self.page_of(id, url, &found).await;
            }
            let change = json!({
                "order": { "location_id": self.location, "version": found.version, "state": "CANCELED" },
                "idempotency_key": format!("{order}-close-{}", found.version),
            });
            match self.line.put::<Made>(&format!("/v2/orders/{order}"), &change).await {
                Ok(_) => {}
                Err(said) if said.is_overtaken() => {}
                Err(said) => return said.outcome(),
            }
        }
        Outcome::unknown("Square's order changes faster than it can be closed")
    }

    /// The link and the order in a checkout's id.
    fn parts<'a, T>(&self, id: &'a str) -> Result<(&'a str, &'a str), Outcome<T>> {
        let (link, order) = id.split_once('.').unwrap_or((id, ""));
        Ok((super::plain(link)?, super::plain(order)?))
    }

    /// Where the payer pays; empty once the link is gone.
    async fn url_of(&self, link: &str) -> Result<String, Said> {
        match self.line.get::<Made>(&format!("/v2/online-checkout/payment-links/{link}")).await {
            Ok(made) => Ok(made.payment_link.unwrap_or_default().url),
            Err(Said::Refused { status: 404, .. }) => Ok(String::new()),
            Err(said) => Err(said),
        }
    }

    pub(super) async fn order(&self, id: &str) -> Result<Order, Said> {
        let made: Made = self.line.get(&format!("/v2/orders/{id}")).await?;
        made.order.ok_or_else(|| Said::Lost("Square answered without the order".to_owned()))
    }

    /// The payment that an order was paid with. None: nobody has paid it.
    pub(super) async fn charge_on(&self, order: &Order) -> Outcome<Option<Charge>> {
        let Some(tender) = order.tenders.last() else { return Outcome::Done(None) };
        let payment = tender.payment_id.as_ref().unwrap_or(&tender.id);
        match super::plain(payment) {
            Ok(payment) => self.look_at_charge(payment).await.map(Some),
            Err(outcome) => outcome,
        }
    }

    async fn page_of(&self, id: &str, url: String, order: &Order) -> Outcome<Checkout> {
        let Some(amount) = total(order) else {
            return Outcome::unknown(format!("Square told no amount of the order {}", order.id));
        };
        let charge = match self.charge_on(order).await {
            Outcome::Done(charge) | Outcome::Pending(charge) => charge,
            Outcome::Unknown { why } => return Outcome::unknown(why),
            other => return Outcome::unknown(format!("the payment of {} could not be read: {other:?}", order.id)),
        };
        let state = match order.state.as_str() {
            _ if charge.is_some() => CheckoutState::Completed,
            "CANCELED" => CheckoutState::Expired,
            _ => CheckoutState::Open,
        };
        let made = Instant::from_rfc3339(&order.created_at).unwrap_or(Instant(0));
        Outcome::Done(Checkout {
            id: id.to_owned(),
            attempt: attempt_of(order),
            url,
            amount,
            state,
            charge,
            last_decline: None,
            expires_at: until(order).unwrap_or_else(|| made.plus_seconds(USUAL_SECONDS)),
        })
    }
}

/// What the order comes to.
pub fn total(order: &Order) -> Option<books::money::Money> {
    super::payments::money(order.total_money.as_ref())
}

/// Our key on an order.
pub fn attempt_of(order: &Order) -> Option<AttemptId> {
    order.reference_id.as_deref()?.parse().ok()
}

fn until(order: &Order) -> Option<Instant> {
    Instant::from_rfc3339(order.metadata.owed_expires_at.as_deref()?)
}

/// The beginning of a text; something when it is empty, because Square takes no empty text.
pub fn cut(text: &str, letters: usize) -> String {
    let cut: String = text.chars().take(letters).collect();
    if cut.trim().is_empty() { "-".to_owned() } else { cut }
}
