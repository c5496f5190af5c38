//! The page of ours on which a payer pays in the processor's own fields, and the one on which staff key a card into them.
//!
//! Invariants: what is paid there is the attempt that was committed before the page was shown; the browser brings no amount, and
//! its word only makes us ask the processor. Whoever holds the page's address, which leads back to this one payment, may use it;
//! staff's is known by the payment, and is for whoever may record money. Left out: what the processor's script does there.

use books::ids::PaymentId;
use books::payment::PaymentState;
use processors::registry::{self, ProcessorKind};
use processors::{Asked, ChargeRequest, Fields, Outcome, Source};

use super::ask_processor::look;
use super::call::Call;
use super::charge_saved::send;
use super::settle_payment::{Finding, settle_payment};
use super::start_checkout::{Next, Place, Wish, close_page, start_checkout_at};
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::link;
use crate::store::payment::{self, Payment};
use crate::store::user::Role;

const LONGEST_TOKEN: usize = 1_000;

/// A payment whose page of ours is open, and what its processor's script is given there.
pub struct Shown {
    pub payment: Payment,
    pub kind: &'static ProcessorKind,
    pub fields: Fields,
}

/// Where the processor's fields for a payment are: `/pay/stripe/rcp_…`. The token leads back to that payment alone.
pub(crate) fn address(services: &Services, connection: &Connection, token: &str) -> String {
    format!("{}/pay/{}/{token}", services.public_url(), connection.kind)
}

/// Whether an address is one of [`address`]'s.
pub(crate) fn is_ours(services: &Services, url: &str) -> bool {
    url.strip_prefix(services.public_url()).is_some_and(|path| path.starts_with("/pay/"))
}

/// Where staff key a card into the processor's fields for a payment: `/admin/card/stripe/pay_…`.
pub(crate) fn staff_address(services: &Services, connection: &Connection, payment: PaymentId) -> String {
    format!("{}/admin/card/{}/{payment}", services.public_url(), connection.kind)
}

/// Whether an address is one of [`staff_address`]'s.
pub(crate) fn is_for_staff(services: &Services, url: &str) -> bool {
    url.strip_prefix(services.public_url()).is_some_and(|path| path.starts_with("/admin/card/"))
}

/// Which of our pages is meant: nobody uses the one by the way to the other.
type Here = fn(&Services, &str) -> bool;

/// What the page of an unpaid payment needs, after the processor was asked how it stands. None: nothing can be paid there any
/// more. Refuses with BUSY while the processor cannot say.
pub async fn open_fields(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Shown>> {
    open_at(services, call, id, is_ours).await
}

/// The same for staff who are about to key a card. Refuses NO_RIGHT besides.
pub async fn open_terminal(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Shown>> {
    call.actor.must(Role::Clerk, "payments")?;
    open_at(services, call, id, is_for_staff).await
}

async fn open_at(services: &Services, call: &Call, id: PaymentId, here: Here) -> Result<Option<Shown>> {
    look(services, &call.onward(), id).await?;
    let of = call.business;
    let (payment, attempts, name) = services
        .db
        .read(async move |reader| {
            let attempts = payment::attempts(reader, of, id).await?;
            Ok((payment::one(reader, of, id).await?, attempts, business::one(reader, of).await?.name))
        })
        .await?;
    let open = payment.state == PaymentState::Created && payment.checkout_url.as_deref().is_some_and(|url| here(services, url));
    let page =
        attempts.iter().rev().find(|attempt| attempt.operation == "checkout").and_then(|attempt| attempt.remote_id.clone());
    let (Some(page), Some(connection), true) = (page, payment.connection_id, open) else { return Ok(None) };
    let connection = services.db.read(async move |reader| connection::one(reader, of, connection).await).await?;
    let kind = registry::find(&connection.kind).ok_or_else(|| Error::Fault(format!("no processor is {}", connection.kind)))?;
    let connected = services.connections.open(&connection, &name)?;
    match connected.processor.fields(&page, services.db.clock().now()).await {
        Outcome::Done(fields) | Outcome::Pending(fields) => Ok(Some(Shown { payment, kind, fields })),
        Outcome::Unknown { .. } => Err(Error::Busy { retry_after_s: 5 }),
        _ => Ok(None),
    }
}

/// What a browser may bring as a token: letters and signs as processors write them.
fn is_token(text: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_graphic())
}

/// Charges the token that the processor's fields gave on the page of a payment, for what the page was made for. Answers whether
/// the page waits for another card; otherwise the way back says what became of it. A second token while one is being charged
/// changes nothing. Refuses ABOVE_DUE when less is due by now, PAYMENT_PENDING when another payment for the same is under way.
pub async fn pay_with_token(services: &Services, call: &Call, id: PaymentId, token: &str) -> Result<bool> {
    charge_at(services, call, id, token, is_ours).await
}

/// The same for a card that staff keyed: what the page was made for is held. Refuses NO_RIGHT besides.
pub async fn hold_keyed(services: &Services, call: &Call, id: PaymentId, token: &str) -> Result<bool> {
    call.actor.must(Role::Clerk, "payments")?;
    charge_at(services, call, id, token, is_for_staff).await
}

async fn charge_at(services: &Services, call: &Call, id: PaymentId, token: &str, here: Here) -> Result<bool> {
    let of = call.business;
    let (payment, attempts) = services
        .db
        .read(async move |reader| Ok((payment::one(reader, of, id).await?, payment::attempts(reader, of, id).await?)))
        .await?;
    let page = attempts.iter().rev().find(|attempt| attempt.operation == "checkout");
    let ours = payment.checkout_url.as_deref().is_some_and(|url| here(services, url));
    let Some(page) = page.filter(|_| ours && is_token(token)) else { return Ok(ours) };
    let Asked::Checkout(page) = page.asked()? else { return Err(Error::Fault(format!("{id} has no page"))) };
    let asked = Asked::Charge(ChargeRequest {
        amount: page.amount,
        source: Source::Token { token: token.to_owned(), keep_for: page.customer.filter(|_| page.save) },
        by: page.by,
        capture: page.capture,
        description: page.description,
        reference: page.reference,
        return_url: page.return_url,
    });
    settle_payment(services, call, id, Finding::Typed(asked)).await?;
    send(services, call, id).await?;
    let now = services.db.read(async move |reader| payment::one(reader, of, id).await).await?;
    Ok(now.state == PaymentState::Created)
}

/// The payer would rather pay on the processor's own page: ours is closed first, so that only one of the two can be paid.
/// Refuses what [`start_checkout`](super::start_checkout::start_checkout) refuses.
pub async fn pay_on_its_page(services: &Services, call: &Call, id: PaymentId) -> Result<Next> {
    let of = call.business;
    let (payment, attempts) = services
        .db
        .read(async move |reader| Ok((payment::one(reader, of, id).await?, payment::attempts(reader, of, id).await?)))
        .await?;
    let Some(link) = payment.link_id.filter(|_| payment.state == PaymentState::Created) else { return Ok(Next::Payment(id)) };
    let link = link::link(&services.db, of, link).await?;
    let keep = attempts.iter().any(|attempt| matches!(attempt.asked(), Ok(Asked::Checkout(page)) if page.save));
    close_page(services, call, id).await?;
    start_checkout_at(services, call, &link, Wish { amount: Some(payment.amount), keep }, Place::Processor).await
}
