//! Money of a payment goes back: to the card it came from, or outside and only recorded (REF-1).
//!
//! Invariants: never more than remains; what waits or is under way reserves the payment's credit; through a processor the
//! attempt is committed before the call, and the books post when the money has gone, so a refund that fails leaves them
//! untouched. Refuses NOTHING_REFUNDABLE (with `refundable`), WINDOW_CLOSED, NEEDS_APPROVAL, NO_RIGHT, DISPUTED, in this order;
//! then NOT_SETTLED, where a processor gives back a part only after its night, so that nothing is begun that must fail.

use books::account::{Account, Aim, MoneyBack, When};
use books::capability::{self, RefundFacts};
use books::ids::{ApprovalId, AttemptId, ConnectionId, CreditNoteId, CustomerId, PaymentId, RefundId};
use books::ledger::rules::Channel;
use books::money::Money;
use books::payment::PaymentState;
use books::refund::{RefundRoute, RefundState};
use processors::{Asked, Attempt as Ask, Capability, ChargeState, Outcome, Reference, RefundRequest, Remote, RemoteKind, ask};

use super::approvals::{Held, HeldAct, hold_act};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Allowance, Limited, allowance};
use super::posting::{Books, Touched, open_books};
use super::record_payment::Part;
use super::request_payment::{close_settled, open_of_customer};
use super::settle_refund::{RefundFinding, settle_refund};
use crate::db::Tx;
use crate::error::{Error, Refusal, Result};
use crate::services::Services;
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::counter;
use crate::store::payment::{self, Attempt, AttemptState, Named, Payment, read_aims};
use crate::store::refund::{self, Refund};
use crate::store::request::Request;

/// The processor is asked again about a refund whose call got no answer after so long.
const FIRST_CHECK_SECONDS: i64 = 30;

/// What goes back, and why.
#[derive(Debug, Clone)]
pub struct GiveBack {
    pub payment: PaymentId,
    /// Minor units, more than 0.
    pub amount: i64,
    pub reason: String,
    /// None: the way it came.
    pub to: Option<RefundRoute>,
    /// Which documents are owed again; the rest comes from the free part, then the newest.
    pub reopens: Vec<Part>,
    /// Above the limit: wait for a second person instead of being refused.
    pub request_approval: bool,
}

/// Whether the processor still takes refunds of a payment. Money that came outside is given back by hand, at any time.
pub(crate) fn inside_window(
    services: &Services,
    business: &Business,
    connection: Option<&Connection>,
    payment: &Payment,
) -> Result<bool> {
    let (Some(connection), Some(at)) = (connection, payment.succeeded_at) else { return Ok(true) };
    let capabilities = services.connections.open(connection, &business.name)?.processor.capabilities().clone();
    let now = services.db.clock().now();
    let open = capabilities.refund_days.is_none_or(|days| now <= at.plus_seconds(i64::from(days) * 86_400));
    Ok(capabilities.can(Capability::Refund) && open)
}

/// Gives money back. Answers the refund: succeeded when it was only recorded, else as the processor said. Idempotent by key.
pub async fn refund_payment(services: &Services, call: &Call, input: GiveBack) -> Result<Done<RefundId>> {
    check::amount("amount", input.amount)?;
    check::reason("reason", &input.reason)?;
    let too_early = waits_for_night(services, call, input.payment, input.amount, input.to).await?;
    let begun = begin(services, call, input, too_early).await?;
    if !begun.repeated {
        send_refund(services, call, begun.value).await?;
    }
    Ok(begun)
}

/// Whether this part of a payment has to wait: its processor gives back parts only of what has settled, and this has not. That
/// is known to the processor alone, which is asked before anything is written; where it cannot say, the refund itself finds out.
async fn waits_for_night(
    services: &Services,
    call: &Call,
    payment: PaymentId,
    amount: i64,
    to: Option<RefundRoute>,
) -> Result<bool> {
    let of = call.business;
    let (paid, connection, business) = services
        .db
        .read(async move |reader| {
            let paid = payment::one(reader, of, payment).await?;
            let connection = match paid.connection_id {
                Some(connection) => Some(connection::one(reader, of, connection).await?),
                None => None,
            };
            Ok((paid, connection, business::one(reader, of).await?.name))
        })
        .await?;
    let a_part = paid.state == PaymentState::Succeeded && amount < paid.amount && to != Some(RefundRoute::Outside);
    let (Some(connection), Some(charge)) = (connection.filter(|_| a_part), paid.remote_id) else { return Ok(false) };
    let processor = services.connections.open(&connection, &business)?.processor;
    if !processor.capabilities().refund_needs_settled {
        return Ok(false);
    }
    match processor.fetch(&Reference::new(RemoteKind::Charge, charge), services.db.clock().now()).await {
        Outcome::Done(Remote::Charge(charge)) | Outcome::Pending(Remote::Charge(charge)) => {
            Ok(charge.state == ChargeState::Captured && charge.settled_at.is_none() && charge.refunded.minor == 0)
        }
        _ => Ok(false),
    }
}

fn not_settled() -> Error {
    let text = "The processor settles this payment tonight and gives back a part only afterwards: give back all of it now, or the \
                part tomorrow.";
    Error::refused("NOT_SETTLED", text)
}

/// A payment with everything that decides about refunds of it, under the customer's lock.
pub(crate) struct Case {
    pub payment: Payment,
    pub connection: Option<Connection>,
    pub books: Books,
    pub requests: Vec<Request>,
}

impl Case {
    pub(crate) async fn open(tx: &mut Tx<'_>, id: PaymentId) -> Result<Case> {
        let business = tx.business();
        let seen = tx.get::<Payment>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
        let touched = Touched { payments: vec![id], ..Touched::default() };
        let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
        let payment = tx.lock::<Payment>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
        let connection = match payment.connection_id {
            Some(connection) => tx.get::<Connection>(&[&business, &connection]).await?,
            None => None,
        };
        let requests = open_of_customer(tx, payment.customer_id).await?;
        Ok(Case { payment, connection, books, requests })
    }

    /// Minor units that can still go back.
    pub(crate) fn refundable(&self) -> Result<i64> {
        match self.payment.state {
            PaymentState::Succeeded => Ok(self.books.account.refundable(self.payment.id)?),
            _ => Ok(0),
        }
    }

    /// How the money leaves: back through the processor, or outside.
    pub(crate) fn channel(&self, route: RefundRoute) -> Channel {
        match (&self.connection, route) {
            (Some(connection), RefundRoute::Original) => Channel::Processor(connection.kind.clone()),
            _ => Channel::Outside,
        }
    }

    fn facts(&self, services: &Services, route: RefundRoute, amount: i64, right: Allowance) -> Result<RefundFacts> {
        let money = |minor| Money::new(minor, self.payment.currency);
        let through = self.connection.as_ref().filter(|_| route == RefundRoute::Original);
        Ok(RefundFacts {
            refundable: money(self.refundable()?),
            amount: Some(money(amount)),
            inside_window: inside_window(services, &self.books.business, through, &self.payment)?,
            needs_approval: right.needs_approval(&self.books.business, money(amount)),
            right: right != Allowance::Nothing,
            disputed: self.payment.disputed,
        })
    }
}

/// The refusal of the capability function, with what can still be refunded.
fn required(facts: &RefundFacts) -> Result<()> {
    capability::refund(facts)
        .required()
        .map_err(|refused| Refusal::new(refused.code.as_str(), refused.detail).with("refundable", facts.refundable.minor).into())
}

/// What an account would say to it now, tried on a copy.
fn rehearse(tx: &mut Tx<'_>, account: &Account, back: &MoneyBack) -> Result<()> {
    account.clone().refund(tx.ids(), back).map(drop).map_err(|no| Error::from(no).parts_in("allocations"))
}

async fn begin(services: &Services, call: &Call, input: GiveBack, too_early: bool) -> Result<Done<RefundId>> {
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let case = Case::open(tx, input.payment).await?;
        let usual = if case.connection.is_some() { RefundRoute::Original } else { RefundRoute::Outside };
        let route = input.to.unwrap_or(usual);
        let right = allowance(&case.books.business.settings()?, &by.actor, Limited::Refund);
        let facts = case.facts(&services, route, input.amount, right)?;
        let waits = facts.needs_approval && input.request_approval;
        required(&RefundFacts { needs_approval: facts.needs_approval && !waits, ..facts })?;
        if too_early && !waits {
            return Err(not_settled());
        }
        let aims: Vec<Aim> = input.reopens.iter().map(|part| Aim { target: part.target, amount: part.amount }).collect();
        let back = money_back(&case, route, input.amount, &input.reason, aims.clone(), When::Today);
        rehearse(tx, &case.books.account, &back)?;
        let number = counter::next(tx, "RFD", case.books.business.today(tx.now())).await?;

        let id = RefundId::new(tx.ids());
        let number = counter::take(tx, number);
        let reason = check::reason("reason", &input.reason)?;
        let row = refund_row(tx, &by, &case.payment, Planned { id, number, amount: input.amount, route, reason, aims });
        if waits {
            wait(tx, &by, case, row)?;
        } else if case.channel(route) == Channel::Outside {
            record(tx, &by, case, row, &back, true)?;
        } else {
            start(tx, &by, case, row, true)?;
        }
        Ok(Done::now(id))
    })
    .await
}

/// A refund that is about to be written.
pub(crate) struct Planned {
    pub id: RefundId,
    pub number: String,
    pub amount: i64,
    pub route: RefundRoute,
    pub reason: String,
    pub aims: Vec<Aim>,
}

/// The row of a refund that is under way.
pub(crate) fn refund_row(tx: &Tx<'_>, by: &Call, payment: &Payment, planned: Planned) -> Refund {
    let named: Vec<Named> = planned.aims.iter().map(|aim| Named::from(*aim)).collect();
    Refund {
        business_id: by.business,
        id: planned.id,
        number: planned.number,
        payment_id: payment.id,
        customer_id: payment.customer_id,
        currency: payment.currency,
        amount: planned.amount,
        state: RefundState::Pending,
        route: planned.route,
        reason: planned.reason,
        reopens: serde_json::json!(named).to_string(),
        credit_note_id: None,
        connection_id: payment.connection_id.filter(|_| planned.route == RefundRoute::Original),
        remote_id: None,
        entry_id: None,
        decline_code: None,
        decline_text: None,
        actor: by.actor.id(),
        created_at: tx.now(),
        updated_at: tx.now(),
        settled_at: None,
    }
}

fn money_back(case: &Case, route: RefundRoute, amount: i64, reason: &str, reopens: Vec<Aim>, when: When) -> MoneyBack {
    let channel = case.channel(route);
    let method = match (&channel, &case.payment.external_kind) {
        (Channel::Processor(_), _) => None,
        (Channel::Outside, kind) => kind.clone(),
    };
    MoneyBack { payment: case.payment.id, amount, channel, method, reason: reason.to_owned(), when, reopens }
}

/// As [`money_back`], from the row.
pub(crate) fn money_back_of(case: &Case, row: &Refund, when: When) -> Result<MoneyBack> {
    Ok(money_back(case, row.route, row.amount, &row.reason, read_aims(&row.reopens)?, when))
}

/// Above the limit: it reserves its credit and waits for a second person.
fn wait(tx: &mut Tx<'_>, by: &Call, mut case: Case, row: Refund) -> Result<()> {
    case.books.account.reserve_refund(row.payment_id, row.amount)?;
    let event = event_id(tx);
    case.books.write(tx, by, event)?;
    tx.insert(&Refund { state: RefundState::WaitingApproval, ..row.clone() });
    hold_act(
        tx,
        by,
        Held {
            act: HeldAct::Refund { refund: row.id },
            customer: row.customer_id,
            about: row.id.to_string(),
            amount: Money::new(row.amount, row.currency),
            reason: row.reason.clone(),
        },
    );
    emit(tx, by, event, "refund_asked", &row);
    Ok(())
}

/// Money that staff gave back: posted at once.
pub(crate) fn record(tx: &mut Tx<'_>, by: &Call, mut case: Case, row: Refund, back: &MoneyBack, is_new: bool) -> Result<()> {
    let posted = case.books.account.refund(tx.ids(), back)?;
    let event = event_id(tx);
    let (account, _) = case.books.write(tx, by, event)?;
    close_settled(tx, case.requests, &account, None);
    let mut payment = case.payment;
    payment.refunded += row.amount;
    payment.updated_at = tx.now();
    tx.set(&payment);
    let now = tx.now();
    let row =
        Refund { state: RefundState::Succeeded, entry_id: Some(posted.entry), settled_at: Some(now), updated_at: now, ..row };
    put(tx, &row, is_new);
    leave_job(tx, "mail_refund", row.id, event);
    leave_job(tx, "close_checkouts", row.customer_id, event);
    emit(tx, by, event, "refund_recorded", &row);
    Ok(())
}

/// Through the processor: reserves the credit and commits the attempt. The call follows.
pub(crate) fn start(tx: &mut Tx<'_>, by: &Call, mut case: Case, row: Refund, is_new: bool) -> Result<()> {
    if is_new {
        case.books.account.reserve_refund(row.payment_id, row.amount)?;
    }
    let event = event_id(tx);
    case.books.write(tx, by, event)?;
    let row = Refund { state: RefundState::Pending, updated_at: tx.now(), ..row };
    put(tx, &row, is_new);
    commit_attempt(tx, &case.payment, &row)?;
    emit(tx, by, event, "refund_started", &row);
    Ok(())
}

/// Writes the attempt behind a refund, with what is asked, before anybody is called.
pub(crate) fn commit_attempt(tx: &mut Tx<'_>, payment: &Payment, row: &Refund) -> Result<()> {
    let missing = || Error::Fault(format!("{} did not come through a processor", payment.id));
    let connection: ConnectionId = row.connection_id.ok_or_else(missing)?;
    let charge = payment.remote_id.clone().ok_or_else(missing)?;
    let amount = Money::new(row.amount, row.currency);
    let asked = Asked::Refund(RefundRequest { charge, amount, reason: row.reason.clone() });
    let asked = serde_json::to_string(&asked).map_err(|error| Error::Fault(format!("a request could not be kept: {error}")))?;
    let now = tx.now();
    let id = AttemptId::new(tx.ids());
    tx.insert(&Attempt {
        business_id: row.business_id,
        id,
        payment_id: payment.id,
        connection_id: connection,
        operation: "refund".to_owned(),
        state: AttemptState::Sending,
        remote_id: None,
        asked,
        evidence: None,
        checks: 0,
        check_at: Some(now.plus_seconds(FIRST_CHECK_SECONDS)),
        created_at: now,
        updated_at: now,
        refund_id: Some(row.id),
    });
    Ok(())
}

pub(crate) fn put(tx: &mut Tx<'_>, row: &Refund, is_new: bool) {
    if is_new {
        tx.insert(row);
    } else {
        tx.set(row);
    }
}

pub(crate) fn emit(tx: &mut Tx<'_>, by: &Call, event: books::ids::EventId, kind: &'static str, row: &Refund) {
    let data = serde_json::json!({
        "payment": row.payment_id, "amount": row.amount, "currency": row.currency, "state": row.state, "to": row.route,
    });
    Act { kind, subject: row.id.to_string(), customer: Some(row.customer_id), data, call: by }.write(tx, event);
}

/// Calls the processor for a refund whose attempt was committed and not yet answered, and stores what it said. Does nothing for
/// one that was only recorded, that waits, or that is settled.
pub async fn send_refund(services: &Services, call: &Call, id: RefundId) -> Result<()> {
    let of = call.business;
    let found = services
        .db
        .read(async move |reader| {
            let row = refund::one(reader, of, id).await?;
            let attempts = payment::attempts(reader, of, row.payment_id).await?;
            let attempt = attempts.into_iter().find(|attempt| attempt.refund_id == Some(id) && attempt.is_open());
            let (Some(attempt), Some(connection)) = (attempt, row.connection_id) else { return Ok(None) };
            let connection = connection::one(reader, of, connection).await?;
            Ok(Some((attempt, connection, business::one(reader, of).await?.name)))
        })
        .await?;
    let Some((attempt, connection, business)) = found else { return Ok(()) };
    let connected = services.connections.open(&connection, &business)?;
    let by = Ask { id: attempt.id, at: services.db.clock().now() };
    let outcome = ask(connected.processor.as_ref(), &by, &attempt.asked()?).await;
    settle_refund(services, call, id, RefundFinding::Answered { attempt: attempt.id, outcome }).await
}

/// What a credit note needs: refunds to cards of money that a credit note freed and reserved already. Buffers the rows and
/// attempts; after the commit call [`send_refund`] for each. Their numbers come from one [`counter::several`].
pub(crate) fn plan_reserved(
    tx: &mut Tx<'_>,
    by: &Call,
    payment: &Payment,
    credit_note: CreditNoteId,
    number: String,
    amount: i64,
    reason: String,
) -> Result<RefundId> {
    let id = RefundId::new(tx.ids());
    let planned = Planned { id, number, amount, route: RefundRoute::Original, reason, aims: Vec::new() };
    let row = Refund { credit_note_id: Some(credit_note), ..refund_row(tx, by, payment, planned) };
    tx.insert(&row);
    commit_attempt(tx, payment, &row)?;
    Ok(id)
}

/// Does what was approved: the refund leaves its waiting. What has become impossible is refused and waits on. One that is not waiting any more is left as it is.
pub(crate) async fn release_held(services: &Services, call: &Call, id: RefundId) -> Result<()> {
    let (by, held) = (call.clone(), services.clone());
    let asked = refund::refund(&services.db, call.business, id).await?;
    let too_early = waits_for_night(services, call, asked.payment_id, asked.amount, Some(asked.route)).await?;
    let waiting = services
        .db
        .write(call.business, async move |tx| {
            let seen = tx.get::<Refund>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let mut case = Case::open(tx, seen.payment_id).await?;
            let row = tx.lock::<Refund>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            if row.state != RefundState::WaitingApproval {
                return Ok(false);
            }
            case.books.account.release_refund(row.payment_id, row.amount)?;
            let facts = case.facts(&held, row.route, row.amount, Allowance::Any)?;
            required(&facts)?;
            if too_early {
                return Err(not_settled());
            }
            if row.connection_id.is_none() {
                let back = money_back_of(&case, &row, When::Today)?;
                record(tx, &by, case, row, &back, false)?;
            } else {
                case.books.account.reserve_refund(row.payment_id, row.amount)?;
                start(tx, &by, case, row, false)?;
            }
            Ok(true)
        })
        .await?;
    if waiting { send_refund(services, call, id).await } else { Ok(()) }
}

/// Whose refund it is, and the approval it waits for.
pub async fn waiting_for(services: &Services, call: &Call, id: RefundId) -> Result<Option<(CustomerId, ApprovalId)>> {
    let found = crate::store::approval::about(&services.db, call.business, id.to_string()).await?;
    Ok(found.filter(|one| one.state == "waiting").map(|one| (one.customer_id, one.id)))
}
