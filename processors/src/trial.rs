//! A connection is tried out with a charge in which no money moves.
//!
//! Invariants: nothing is captured, and what was begun is ended. Where keys are those of a trial, an amount is held on the
//! processor's own test card and let go; with real keys, which have no such card, the page that a payer would be sent to is
//! opened and closed. Limits: a page that a processor cannot close lapses there; nobody has its address.

use books::money::{Currency, Money};

use crate::capabilities::Capability;
use crate::outcome::Outcome;
use crate::processor::{Attempt, ChargeRequest, CheckoutRequest, Initiator, Processor, Source};
use crate::remote::{CheckoutState, Tested};

/// How a connection is tried beyond the question whether its keys are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// By its page.
    Page,
    /// By a token of the processor's own test card: these keys move no real money.
    TestCard(&'static str),
    /// [`Processor::test`] has done it.
    Done,
}

/// Currencies of which one unit is more than the least that processors charge.
const STRONG: &[&str] = &["AUD", "BHD", "CAD", "CHF", "EUR", "GBP", "JOD", "KWD", "NZD", "OMR", "SGD", "TND", "USD"];
/// Currencies of which a hundred units are less than that.
const WEAK: &[&str] = &[
    "CLP", "COP", "HUF", "IDR", "IQD", "IRR", "ISK", "KHR", "KRW", "LAK", "LBP", "MNT", "PYG", "UGX", "UZS", "VND", "XAF", "XOF",
];

/// One unit, or so many as a processor would take.
fn amount(currency: Currency) -> Money {
    let units = match currency.code() {
        code if STRONG.contains(&code) => 1,
        code if WEAK.contains(&code) => 100_000,
        _ => 100,
    };
    Money::new(units * currency.minor_per_major(), currency)
}

/// Makes an attempt for each call of a trial.
pub type Attempts<'a> = &'a mut (dyn FnMut() -> Attempt + Send);

/// Asks whether the keys are known, then tries a charge. `return_url` is where a page would lead back to. The answer is the
/// processor's first refusal, or what was done, for people.
pub async fn try_out(processor: &dyn Processor, attempts: Attempts<'_>, currency: Currency, return_url: &str) -> Outcome<Tested> {
    match tried(processor, attempts, amount(currency), return_url).await {
        Ok(text) => Outcome::Done(Tested { text }),
        Err(outcome) => outcome,
    }
}

type Ended<T> = Result<T, Outcome<Tested>>;

async fn tried(processor: &dyn Processor, attempts: Attempts<'_>, amount: Money, return_url: &str) -> Ended<String> {
    let known = done(processor.test(&attempts(), amount.currency).await)?.text;
    let can = |what| processor.capabilities().can(what);
    let charged = match processor.trial() {
        Trial::TestCard(token) if can(Capability::Authorize) => hold(processor, attempts, amount, token, return_url).await?,
        Trial::Page | Trial::TestCard(_) if can(Capability::Checkout) => open(processor, attempts, amount, return_url).await?,
        Trial::Page | Trial::TestCard(_) | Trial::Done => return Ok(known),
    };
    Ok(format!("{known} {charged}"))
}

/// Holds the amount on the test card and lets it go.
async fn hold(processor: &dyn Processor, attempts: Attempts<'_>, amount: Money, token: &str, return_url: &str) -> Ended<String> {
    let request = ChargeRequest {
        amount,
        source: Source::Token { token: token.to_owned(), keep_for: None },
        by: Initiator::Payer,
        capture: false,
        description: "Test".to_owned(),
        reference: "Test".to_owned(),
        return_url: return_url.to_owned(),
    };
    let held = done(processor.charge(&attempts(), &request).await)?;
    done(processor.void(&attempts(), &held.id).await)?;
    Ok(format!("It held {amount} on its test card and let it go again."))
}

/// Opens a page and closes it. One that could not be closed was opened all the same, which is what was to be seen.
async fn open(processor: &dyn Processor, attempts: Attempts<'_>, amount: Money, return_url: &str) -> Ended<String> {
    let request = CheckoutRequest {
        amount,
        description: "Test".to_owned(),
        reference: "Test".to_owned(),
        customer: None,
        capture: true,
        save: false,
        by: Initiator::Payer,
        return_url: return_url.to_owned(),
        cancel_url: return_url.to_owned(),
        expires_at: None,
        fields_url: None,
    };
    let page = done(processor.checkout(&attempts(), &request).await)?;
    let closed = done(processor.expire_checkout(&attempts(), &page.id).await);
    let end = if closed.is_ok_and(|page| page.state == CheckoutState::Expired) { "closed it again" } else { "lets it lapse" };
    Ok(format!("It opened a page for {amount} and {end}; nobody was charged."))
}

fn done<T>(outcome: Outcome<T>) -> Ended<T> {
    match outcome {
        Outcome::Done(value) | Outcome::Pending(value) => Ok(value),
        Outcome::NeedsAction(action) => Err(Outcome::NeedsAction(action)),
        Outcome::Declined(decline) => Err(Outcome::Declined(decline)),
        Outcome::Rejected(rejection) => Err(Outcome::Rejected(rejection)),
        Outcome::Unknown { why } => Err(Outcome::Unknown { why }),
    }
}
