//! A second person decides about an act above somebody's limit (OUT-1).
//!
//! Invariants: what was asked for is kept as typed input and done as exactly that, by the same flow that would have done it at
//! once; nobody approves what they asked for themselves; an approval is decided once. The act runs under a key made from the
//! approval, so a crash after the decision does it once more and still once. When the state of the books forbids the act by
//! then, the approval waits again and the refusal is told.
//!
//! A limited act is brought here in three steps: a variant of [`HeldAct`] with its input; in its flow
//! [`super::limits::must_wait`] after the claim, and [`wait_for_approval`] where that answers true; a line in [`act`].

use books::calendar::Day;
use books::entry::Side;
use books::ids::{ApiKeyId, ApprovalId, BusinessId, CustomerId, InvoiceId, RefundId, UserId};
use books::money::{Currency, Money};
use books::refund::RefundState;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::add_entry::{Adjusting, How, NewEntry, adjust_balance, enter};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Actor, Call, Done, Key};
use super::check;
use super::credit_invoice::{Crediting, credit_invoice};
use super::pay_out_credit::{HandOut, pay_out_credit};
use super::refund_payment::{Case, release_held};
use super::void_invoice::{GivingUp, write_off};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::approval::{self, Approval};
use crate::store::refund::Refund;
use crate::store::user::{Role, User};

/// An act that was asked for, as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum HeldAct {
    /// The refund waits in a row of its own and reserves its credit.
    Refund {
        refund: RefundId,
    },
    /// A credit by hand.
    Credit {
        customer: CustomerId,
        amount: i64,
        currency: Currency,
        description: String,
        effective_on: Option<Day>,
        category: Option<String>,
        note: Option<String>,
    },
    Adjustment {
        customer: CustomerId,
        /// Signed: more than 0 gives credit.
        amount: i64,
        currency: Currency,
        note: String,
    },
    WriteOff {
        invoice: InvoiceId,
        giving: GivingUp,
    },
    CreditNote {
        invoice: InvoiceId,
        crediting: Crediting,
    },
    /// Free credit is handed out.
    Payout {
        out: HandOut,
    },
}

impl HeldAct {
    /// The stored and published word for it.
    fn kind(&self) -> &'static str {
        match self {
            HeldAct::Refund { .. } => "refund",
            HeldAct::Credit { .. } => "credit",
            HeldAct::Adjustment { .. } => "adjustment",
            HeldAct::WriteOff { .. } => "write_off",
            HeldAct::CreditNote { .. } => "credit_note",
            HeldAct::Payout { .. } => "payout",
        }
    }
}

/// What came of an act that somebody may not be able to do alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made<T> {
    Now(T),
    /// It is above a limit and waits for a second person.
    Waiting(ApprovalId),
}

impl<T> Made<T> {
    /// Of an act that was approved, or that never asked to wait.
    pub fn at_once(self) -> Result<T> {
        match self {
            Made::Now(made) => Ok(made),
            Made::Waiting(id) => Err(Error::Fault(format!("{id} waits although nobody asked for that"))),
        }
    }
}

/// What a repeated call had made, or the approval that waits for it.
impl<T: std::str::FromStr> std::str::FromStr for Made<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> std::result::Result<Made<T>, T::Err> {
        match text.parse() {
            Ok(id) => Ok(Made::Waiting(id)),
            Err(_) => text.parse().map(Made::Now),
        }
    }
}

/// What is held for a second person.
pub(crate) struct Held {
    pub act: HeldAct,
    pub customer: CustomerId,
    /// TypeID of what it is about.
    pub about: String,
    pub amount: Money,
    pub reason: String,
}

/// Keeps an act until it is decided about. Only buffers; the caller emits its event. Answers the approval's id.
pub(crate) fn hold_act(tx: &mut Tx<'_>, by: &Call, held: Held) -> ApprovalId {
    let id = ApprovalId::new(tx.ids());
    tx.insert(&Approval {
        business_id: by.business,
        id,
        kind: held.act.kind().to_owned(),
        act: serde_json::json!(held.act).to_string(),
        customer_id: held.customer,
        about: held.about,
        currency: held.amount.currency,
        amount: held.amount.minor,
        reason: held.reason,
        state: "waiting".to_owned(),
        actor: by.actor.id(),
        decided_by: None,
        note: None,
        outcome: None,
        created_at: tx.now(),
        decided_at: None,
    });
    id
}

/// Keeps an act as [`hold_act`] does, with the event that says so: the answer to its call is the approval.
pub(crate) fn wait_for_approval<T>(tx: &mut Tx<'_>, by: &Call, held: Held) -> Done<Made<T>> {
    let (customer, amount) = (held.customer, held.amount);
    let id = hold_act(tx, by, held);
    let event = event_id(tx);
    let data = serde_json::json!({ "amount": amount.minor, "currency": amount.currency });
    Act { kind: "approval_asked", subject: id.to_string(), customer: Some(customer), data, call: by }.write(tx, event);
    Done::now(Made::Waiting(id))
}

impl Approval {
    /// The act as it was asked for.
    pub fn held(&self) -> Result<HeldAct> {
        serde_json::from_str(&self.act).map_err(|error| Error::Fault(format!("the act of {}: {error}", self.id)))
    }
}

/// Whether this actor may decide about an approval: a manager, an owner or a program with the scope `refunds`, and not who asked.
pub fn may_decide(actor: &Actor, approval_actor: &str) -> bool {
    actor.must(Role::Manager, "refunds").is_ok() && actor.id() != approval_actor
}

/// Approves, and does the act. Refuses NO_RIGHT (also to whoever asked), CLOSED when it was decided before, and whatever the act
/// itself refuses by now; then it waits again. Idempotent by key.
pub async fn approve(services: &Services, call: &Call, id: ApprovalId) -> Result<Done<ApprovalId>> {
    let done = decide(services, call, id, None).await?;
    perform(services, call.business, id).await?;
    Ok(done)
}

/// Rejects; nothing is done, and what was reserved is free again. `note` says why. Refuses as [`approve`] does.
pub async fn reject(services: &Services, call: &Call, id: ApprovalId, note: Option<&str>) -> Result<Done<ApprovalId>> {
    let note = check::note("reason", note)?;
    decide(services, call, id, Some(note)).await
}

/// `rejected`: none approves, else why it is rejected.
async fn decide(services: &Services, call: &Call, id: ApprovalId, rejected: Option<Option<String>>) -> Result<Done<ApprovalId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Approval>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let refund = match (seen.held()?, &rejected) {
                (HeldAct::Refund { refund }, Some(_)) => Some(refund_case(tx, refund).await?),
                _ => None,
            };
            let mut approval = tx.lock::<Approval>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            if !may_decide(&by.actor, &approval.actor) {
                return Err(Error::Forbidden { code: "NO_RIGHT" });
            }
            if approval.state != "waiting" {
                return Err(Error::refused("CLOSED", format!("this was {} already", approval.state)));
            }
            approval.decided_by = Some(by.actor.id());
            approval.decided_at = Some(tx.now());
            let event = event_id(tx);
            let kind = match &rejected {
                Some(note) => {
                    approval.state = "rejected".to_owned();
                    approval.note = note.clone();
                    if let Some((case, row)) = refund {
                        give_up(tx, &by, event, case, row)?;
                    }
                    "approval_rejected"
                }
                None => {
                    approval.state = "approved".to_owned();
                    leave_job(tx, "perform_approval", id, event);
                    "approval_given"
                }
            };
            tx.set(&approval);
            let data = serde_json::json!({ "about": approval.about, "amount": approval.amount, "currency": approval.currency });
            Act { kind, subject: id.to_string(), customer: Some(approval.customer_id), data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

async fn refund_case(tx: &mut Tx<'_>, refund: RefundId) -> Result<(Case, Refund)> {
    let business = tx.business();
    let seen = tx.get::<Refund>(&[&business, &refund]).await?.ok_or(Error::NotFound)?;
    let case = Case::open(tx, seen.payment_id).await?;
    let row = tx.lock::<Refund>(&[&business, &refund]).await?.ok_or(Error::NotFound)?;
    Ok((case, row))
}

/// A refund that was not approved: its credit is free again.
fn give_up(tx: &mut Tx<'_>, by: &Call, event: books::ids::EventId, mut case: Case, row: Refund) -> Result<()> {
    if row.state != RefundState::WaitingApproval {
        return Ok(());
    }
    case.books.account.release_refund(row.payment_id, row.amount)?;
    let (account, _) = case.books.write(tx, by, event)?;
    super::request_payment::close_settled(tx, case.requests, &account, None);
    let now = tx.now();
    tx.set(&Refund {
        state: RefundState::Failed,
        decline_code: Some("REJECTED".to_owned()),
        decline_text: Some("A second person did not approve it.".to_owned()),
        updated_at: now,
        settled_at: Some(now),
        ..row
    });
    Ok(())
}

/// Does an approved act, once however often it is called: at once after the decision, and by the job it left behind.
pub(crate) async fn perform(services: &Services, business: BusinessId, id: ApprovalId) -> Result<()> {
    let (approval, actor) = services
        .db
        .read(async move |reader| {
            let approval = approval::one(reader, business, id).await?;
            let decided_by = approval.decided_by.clone().unwrap_or_default();
            let actor = match (decided_by.parse::<UserId>(), decided_by.parse::<ApiKeyId>()) {
                (Ok(user), _) => {
                    let user: Option<User> = reader.get::<User>(&[&business, &user]).await?;
                    user.map_or(Actor::System, |user| Actor::User { id: user.id, role: user.role })
                }
                (_, Ok(id)) => {
                    Actor::Key { id, scopes: ["write", "payments", "refunds"].iter().map(|scope| (*scope).to_owned()).collect() }
                }
                _ => Actor::System,
            };
            Ok((approval, actor))
        })
        .await?;
    if approval.state != "approved" || approval.outcome.is_some() {
        return Ok(());
    }
    let key = Key { text: format!("approval {id}"), hash: Sha256::digest(approval.act.as_bytes()).to_vec() };
    let actor = Actor::Approved { by: Box::new(actor) };
    let call = Call { business, actor, request_id: format!("approval {id}"), key: Some(key) };
    let done = act(services, &call, approval.held()?).await;
    let (state, outcome, refused) = match done {
        Ok(outcome) => ("approved", Some(outcome), None),
        Err(error @ (Error::Refused(_) | Error::Invalid(_) | Error::NotFound)) => ("waiting", None, Some(error)),
        Err(error) => return Err(error),
    };
    services
        .db
        .write(business, async move |tx| {
            let mut approval = tx.lock::<Approval>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
            if approval.state == "approved" && approval.outcome.is_none() {
                approval.state = state.to_owned();
                approval.outcome = outcome.clone();
                if state == "waiting" {
                    (approval.decided_by, approval.decided_at) = (None, None);
                }
                tx.set(&approval);
            }
            Ok(())
        })
        .await?;
    refused.map_or(Ok(()), Err)
}

/// The registry: one line for each act. Answers the TypeID of what came of it.
async fn act(services: &Services, call: &Call, held: HeldAct) -> Result<String> {
    match held {
        HeldAct::Refund { refund } => release_held(services, call, refund).await.map(|()| refund.to_string()),
        HeldAct::Credit { customer, amount, currency, description, effective_on, category, note } => {
            let new = NewEntry {
                customer,
                side: Side::Credit,
                amount,
                currency,
                description,
                effective_on,
                due_on: None,
                category,
                note,
            };
            enter(&services.db, call, new, How::default()).await?.value.at_once().map(|id| id.to_string())
        }
        HeldAct::Adjustment { customer, amount, currency, note } => {
            let adjusting = Adjusting { customer, amount, currency, note, request_approval: false };
            adjust_balance(&services.db, call, adjusting).await?.value.at_once().map(|id| id.to_string())
        }
        HeldAct::WriteOff { invoice, giving } => {
            write_off(&services.db, call, invoice, giving).await?.value.at_once().map(|id| id.to_string())
        }
        HeldAct::CreditNote { invoice, crediting } => {
            credit_invoice(services, call, invoice, crediting).await?.value.at_once().map(|id| id.to_string())
        }
        HeldAct::Payout { out } => pay_out_credit(&services.db, call, out).await?.value.at_once().map(|id| id.to_string()),
    }
}
