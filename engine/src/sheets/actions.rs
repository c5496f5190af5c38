//! What may be done now with an order, a customer or a payment, and if not, why: every action, each time (ORD-6).
//!
//! Invariant: the answers are those of [`books::capability`], on the same facts that the flows decide on. An action that a thing
//! does not have at all is answered with NOT_FOR_THIS_KIND and where to find it.

use books::capability::{
    self, Action, AddPaymentFacts, Answer, AuthorizationFacts, AuthorizeFacts, ChargeSavedFacts, CreditNoteFacts,
    GenerateInvoiceFacts, IssueFacts, LateFeeFacts, PayFacts, Processors, RefundFacts, RequestPaymentFacts, SavedMethod,
    VoidFacts, WriteOffFacts,
};
use books::ids::{BusinessId, CustomerId, InvoiceId, OrderId, PaymentId};
use books::invoice::InvoiceStanding;
use books::link::{LinkState, Policy};
use books::money::{Currency, Money};
use books::payment::PaymentState;
use books::refusal::Code;

use super::invoice::InvoiceSheet;
use super::order::OrderSheet;
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::flows::call::Actor;
use crate::flows::charge_saved::standing;
use crate::flows::limits::{Allowance, Limited, allowance};
use crate::flows::refund_payment::inside_window;
use crate::flows::send_message;
use crate::flows::start_checkout::policy;
use crate::services::Services;
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::customer;
use crate::store::entry::{self, EntryLine};
use crate::store::link;
use crate::store::message::{self, Reached};
use crate::store::method;
use crate::store::payment::{self, Payment};
use crate::store::remote_invoice::RemoteInvoice;
use crate::store::user::Role;

/// What whoever asks may do.
#[derive(Debug, Clone, Copy)]
struct Rights {
    pay: bool,
    refund: bool,
    write_off: bool,
    /// May take an invoice back.
    void: bool,
    /// May put charges on an account.
    charge: bool,
}

impl Rights {
    fn of(actor: &Actor, business: &Business) -> Result<Rights> {
        let settings = business.settings()?;
        let may = |what| allowance(&settings, actor, what) != Allowance::Nothing;
        Ok(Rights {
            pay: actor.must(Role::Clerk, "payments").is_ok(),
            refund: may(Limited::Refund),
            write_off: may(Limited::WriteOff),
            void: actor.must(Role::Manager, "write").is_ok(),
            charge: actor.must(Role::Clerk, "write").is_ok(),
        })
    }
}

/// Facts that an order and an account share.
struct Common<'a> {
    business: &'a Business,
    due: Money,
    pending: Option<Money>,
    processors: Processors,
    /// Whether one has fields in which staff key a card.
    keying: Processors,
    /// The default method, as it stands today.
    method: SavedMethod,
    /// What is held for it and was not taken.
    held: AuthorizationFacts,
    rights: Rights,
    /// What decides whether a message may go to the customer.
    reached: &'a Reached,
    now: books::calendar::Instant,
}

impl Common<'_> {
    /// Money that staff take, whatever for.
    fn taking(&self) -> Result<Vec<Answer>> {
        let locked_through = self.business.settings()?.locked_through;
        let add = AddPaymentFacts {
            pending: self.pending,
            despite_pending: false,
            received_on: Some(self.business.today(self.now)),
            locked_through,
            right: self.rights.pay,
        };
        let saved =
            ChargeSavedFacts { due: self.due, method: self.method, amount: None, pending: self.pending, right: self.rights.pay };
        let ChargeSavedFacts { due, method, amount, pending, right } = saved;
        let authorize = AuthorizeFacts { due, processors: self.keying, method, amount, pending, right };
        Ok(vec![
            capability::add_payment(&add),
            capability::charge_saved(&saved),
            capability::authorize(&authorize),
            capability::process_card(self.held),
            capability::process_cash(None),
            capability::process_check(None),
        ])
    }

    /// A payer pays through a link of this state and policy.
    fn paying(&self, link: LinkState, can_pay: bool, policy: &Policy) -> [Answer; 2] {
        let can_pay = can_pay && self.processors != Processors::None;
        let facts = PayFacts { due: self.due, link, can_pay, pending: self.pending };
        [capability::pay(&facts), capability::pay_part(policy, None, self.due)]
    }

    fn message(&self) -> Result<Answer> {
        Ok(send_message::answer(self.reached, self.business.settings()?.hold_messages, self.business.currency))
    }
}

/// What decides whether a message may go to one customer. Unknown customers are NotFound.
async fn reached(reader: &mut Reader<'_>, of: BusinessId, currency: Currency, id: CustomerId) -> Result<Reached> {
    let found = message::would_reach(reader, of, currency, Some(&[id])).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// All actions in their published order: those that were answered, and the rest as belonging elsewhere.
fn complete(answered: Vec<Answer>, elsewhere: &str) -> Vec<Answer> {
    let one = |action: &Action| {
        let found = answered.iter().find(|answer| answer.action == *action).cloned();
        found.unwrap_or_else(|| Answer::no(*action, Code::NotForThisKind, elsewhere))
    };
    Action::ALL.iter().map(one).collect()
}

/// What may be done with an order or application.
pub async fn of_order(services: &Services, of: BusinessId, id: OrderId, actor: &Actor) -> Result<Vec<Answer>> {
    let (sheet, link, reached) = services
        .db
        .read(async move |reader| {
            let sheet = super::order::read(reader, of, id).await?;
            let newest = sheet.requests.first().map(|request| request.link_id);
            let link = match newest {
                Some(link) => Some(link::one(reader, of, link).await?),
                None => None,
            };
            let reached = reached(reader, of, sheet.business.currency, sheet.customer.id).await?;
            Ok((sheet, link, reached))
        })
        .await?;
    let money = |minor| Money::new(minor, sheet.order.currency);
    let now = services.db.clock().now();
    let common = Common {
        business: &sheet.business,
        due: money(sheet.figures.amount_due),
        pending: (sheet.reserved() > 0).then(|| money(sheet.reserved())),
        processors: services.connections.ability(&sheet.connections, &sheet.business.name)?,
        keying: services.connections.keying(&sheet.connections, &sheet.business.name),
        method: standing(sheet.methods.iter().find(|method| method.is_default), sheet.business.today(now)),
        held: held_of(&sheet.payments, now),
        rights: Rights::of(actor, &sheet.business)?,
        reached: &reached,
        now,
    };
    // Without a request the order can be paid as soon as one is sent; afterwards its link decides.
    let state = link.as_ref().map_or(LinkState::Active, |link| link.state(now));
    let can_pay = link.as_ref().is_none_or(|link| link.can_pay);
    let request = RequestPaymentFacts {
        due: common.due,
        processors: common.processors,
        has_address: sheet.customer.email.is_some(),
        pending: common.pending,
        invoiced: out(&sheet.remote_invoices, sheet.order.currency),
    };
    let invoicing =
        RequestPaymentFacts { processors: services.connections.invoicing(&sheet.connections, &sheet.business.name), ..request };
    let mut answers = vec![capability::request_payment(&request), capability::remote_invoice(&invoicing)];
    answers.extend(common.paying(state, can_pay, &Policy::Full));
    answers.extend(common.taking()?);
    let of_order = Taken {
        payments: &sheet.payments,
        credits: &sheet.credits,
        connections: &sheet.connections,
        business: &sheet.business,
        currency: sheet.order.currency,
    };
    answers.extend([generate_invoice(&sheet, common.due), refund(&of_order, common.rights, services)?]);
    answers.push(capability::capture(common.held));
    answers.push(capability::amend(sheet.order.state));
    answers.push(capability::cancel(sheet.order.kind, sheet.order.state));
    answers.push(common.message()?);
    if !sheet.order.state.is_charged() {
        answers.iter_mut().for_each(confirm_first);
    }
    Ok(complete(answers, "This belongs to an invoice: generate one from the order first."))
}

/// What invoices that are out at processors ask for.
fn out(invoices: &[RemoteInvoice], currency: Currency) -> Option<Money> {
    let out = invoices.iter().filter(|invoice| invoice.state.is_out() && invoice.currency == currency);
    let sum: i64 = out.map(|invoice| invoice.amount).sum();
    (sum > 0).then(|| Money::new(sum, currency))
}

/// A draft takes no money and is edited rather than amended.
fn confirm_first(answer: &mut Answer) {
    let takes = [Action::AddPayment, Action::ProcessCash, Action::ProcessCheck, Action::Amend];
    if answer.allowed && takes.contains(&answer.action) {
        *answer = Answer::no(answer.action, Code::NotConfirmed, "Confirm it first: nothing is charged for a draft.");
    }
}

fn generate_invoice(sheet: &OrderSheet, due: Money) -> Answer {
    let billable = sheet.charges.iter().any(|charge| charge.allocated < charge.amount && charge.live_invoice_id.is_none());
    capability::generate_invoice(&GenerateInvoiceFacts { kind: sheet.order.kind, state: sheet.order.state, due, billable })
}

/// The payments of a document.
struct Taken<'a> {
    payments: &'a [Payment],
    credits: &'a [EntryLine],
    connections: &'a [Connection],
    business: &'a Business,
    currency: Currency,
}

/// Of all payments of a document together.
fn refund(taken: &Taken<'_>, rights: Rights, services: &Services) -> Result<Answer> {
    let mut facts = nothing_refundable(taken.currency, rights);
    for payment in taken.payments.iter().filter(|payment| payment.currency == taken.currency) {
        let connection = taken.connections.iter().find(|connection| Some(connection.id) == payment.connection_id);
        let reserved =
            taken.credits.iter().find(|credit| Some(credit.id) == payment.entry_id).map_or(0, |credit| credit.reserved);
        let one = of_one(payment, reserved, connection, taken.business, rights, services)?;
        facts.refundable = facts.refundable.plus(one.refundable)?;
        facts.inside_window |= one.inside_window && one.refundable.minor > 0;
        facts.disputed |= one.disputed;
    }
    Ok(capability::refund(&facts))
}

fn nothing_refundable(currency: Currency, rights: Rights) -> RefundFacts {
    RefundFacts {
        refundable: Money::zero(currency),
        amount: None,
        inside_window: false,
        needs_approval: false,
        right: rights.refund,
        disputed: false,
    }
}

/// What is left of a payment to be given back, of which refunds under way have `reserved` a part.
pub(crate) fn left_of(payment: &Payment, reserved: i64) -> i64 {
    let back = match (payment.state, payment.returned) {
        (PaymentState::Succeeded, false) => 0,
        // A dispute that was lost took back its own amount only.
        (PaymentState::Succeeded, true) if payment.dispute.as_deref() == Some("lost") => payment.disputed_amount.unwrap_or(0),
        _ => payment.amount,
    };
    (payment.amount - payment.refunded - reserved - back).max(0)
}

/// What can be given back of one payment, of which refunds under way have `reserved` a part.
fn of_one(
    payment: &Payment,
    reserved: i64,
    connection: Option<&Connection>,
    business: &Business,
    rights: Rights,
    services: &Services,
) -> Result<RefundFacts> {
    let left = left_of(payment, reserved);
    let inside_window = inside_window(services, business, connection, payment)?;
    Ok(RefundFacts {
        refundable: Money::new(left, payment.currency),
        inside_window,
        disputed: payment.disputed,
        ..nothing_refundable(payment.currency, rights)
    })
}

/// What may be done with an invoice.
pub async fn of_invoice(services: &Services, of: BusinessId, id: InvoiceId, actor: &Actor) -> Result<Vec<Answer>> {
    let (sheet, link, reached, methods) = services
        .db
        .read(async move |reader| {
            let sheet = super::invoice::read(reader, of, id).await?;
            let newest = sheet.requests.first().map(|request| request.link_id);
            let link = match newest {
                Some(link) => Some(link::one(reader, of, link).await?),
                None => sheet.link.clone(),
            };
            let reached = reached(reader, of, sheet.business.currency, sheet.customer.id).await?;
            let methods = method::of_customer(reader, of, sheet.customer.id).await?;
            Ok((sheet, link, reached, methods))
        })
        .await?;
    let money = |minor| Money::new(minor, sheet.invoice.currency);
    let common = Common {
        business: &sheet.business,
        due: money(sheet.figures.amount_due),
        pending: (sheet.reserved() > 0).then(|| money(sheet.reserved())),
        processors: services.connections.ability(&sheet.connections, &sheet.business.name)?,
        keying: services.connections.keying(&sheet.connections, &sheet.business.name),
        method: standing(methods.iter().find(|method| method.is_default), sheet.business.today(sheet.now)),
        held: held_of(&sheet.payments, sheet.now),
        rights: Rights::of(actor, &sheet.business)?,
        reached: &reached,
        now: sheet.now,
    };
    let state = link.as_ref().map_or(LinkState::Active, |link| link.state(sheet.now));
    let request = RequestPaymentFacts {
        due: common.due,
        processors: common.processors,
        has_address: sheet.customer.email.is_some(),
        pending: common.pending,
        invoiced: out(&sheet.remote_invoices, sheet.invoice.currency),
    };
    let invoicing =
        RequestPaymentFacts { processors: services.connections.invoicing(&sheet.connections, &sheet.business.name), ..request };
    let mut answers = vec![capability::request_payment(&request), capability::remote_invoice(&invoicing)];
    answers.extend(common.paying(state, link.as_ref().is_none_or(|link| link.can_pay), &Policy::Full));
    answers.extend(common.taking()?);
    let taken = Taken {
        payments: &sheet.payments,
        credits: &sheet.credits,
        connections: &sheet.connections,
        business: &sheet.business,
        currency: sheet.invoice.currency,
    };
    answers.push(refund(&taken, common.rights, services)?);
    answers.push(capability::capture(common.held));
    answers.push(common.message()?);
    answers.iter_mut().for_each(|answer| issue_first(answer, sheet.invoice.standing));
    answers.extend(own_acts(&sheet, &common));
    Ok(complete(answers, "This belongs to an order or an application, not to an invoice."))
}

/// What only invoices have done to them.
fn own_acts(sheet: &InvoiceSheet, common: &Common<'_>) -> Vec<Answer> {
    let standing = sheet.invoice.standing;
    let money = |minor| Money::new(minor, sheet.invoice.currency);
    let issue = IssueFacts { draft: standing == InvoiceStanding::Draft, missing: sheet.missing(), method: common.method };
    let void =
        VoidFacts { standing, credit_note: !sheet.credit_notes.is_empty(), pending: common.pending, right: common.rights.void };
    let credit = CreditNoteFacts {
        standing,
        creditable: money(sheet.creditable()),
        amount: None,
        dated_on: None,
        issued_on: sheet.invoice.issued_on,
        today: sheet.today(),
        needs_approval: false,
        right: common.rights.write_off,
    };
    let write_off =
        WriteOffFacts { standing, due: common.due, amount: None, needs_approval: false, right: common.rights.write_off };
    let late_fee = LateFeeFacts { standing, due: common.due, overdue: sheet.overdue(), right: common.rights.charge };
    vec![
        capability::issue(&issue),
        capability::issue_and_charge(&issue),
        capability::send(standing, sheet.customer.email.is_some()),
        capability::void(&void),
        capability::credit_note(&credit),
        capability::write_off(&write_off),
        capability::late_fee(&late_fee),
    ]
}

/// A draft or void invoice takes no money.
fn issue_first(answer: &mut Answer, standing: InvoiceStanding) {
    let takes = [Action::AddPayment, Action::ProcessCash, Action::ProcessCheck];
    let no = capability::not_issued(standing).filter(|_| answer.allowed && takes.contains(&answer.action));
    if let Some((code, why)) = no {
        *answer = Answer::no(answer.action, code, why);
    }
}

/// What may be done with a customer's account in the business's own currency.
pub async fn of_customer(services: &Services, of: BusinessId, id: CustomerId, actor: &Actor) -> Result<Vec<Answer>> {
    let (business, reached, balances, links, connections) = services
        .db
        .read(async move |reader| {
            let business = business::one(reader, of).await?;
            let reached = reached(reader, of, business.currency, id).await?;
            Ok((
                business,
                reached,
                customer::balances(reader, of, id).await?,
                link::of_customer(reader, of, id).await?,
                connection::of_business(reader, of).await?,
            ))
        })
        .await?;
    let currency = business.currency;
    let (under_way, methods) = services
        .db
        .read(async move |reader| {
            let under_way = payment::under_way(reader, of, id, currency).await?;
            Ok((under_way, method::of_customer(reader, of, id).await?))
        })
        .await?;
    let reserved: i64 = under_way.iter().filter(|payment| payment.reserves()).map(|payment| payment.amount).sum();
    let balance = balances.iter().find(|row| row.currency == currency).map_or(0, |row| row.balance);
    let now = services.db.clock().now();
    let common = Common {
        business: &business,
        due: Money::new((-balance).max(0), currency),
        pending: (reserved > 0).then(|| Money::new(reserved, currency)),
        processors: services.connections.ability(&connections, &business.name)?,
        keying: services.connections.keying(&connections, &business.name),
        method: standing(methods.iter().find(|method| method.is_default), business.today(now)),
        held: held_of(&under_way, now),
        rights: Rights::of(actor, &business)?,
        reached: &reached,
        now,
    };
    let newest = links.iter().find(|link| link.currency == currency);
    let terms = match newest {
        Some(link) => policy(link)?,
        None => Policy::Full,
    };
    let state = newest.map_or(LinkState::Active, |link| link.state(now));
    let mut answers = Vec::new();
    answers.extend(common.paying(state, newest.is_none_or(|link| link.can_pay), &terms));
    answers.extend(common.taking()?);
    answers.push(common.message()?);
    Ok(complete(answers, "This belongs to one order, invoice or payment: open that one, or share the customer's link."))
}

/// What is held by any of these payments: the best of them.
fn held_of(payments: &[Payment], now: books::calendar::Instant) -> AuthorizationFacts {
    let all = || payments.iter().map(|payment| held_facts(payment, now));
    let found = all().find(|held| *held == AuthorizationFacts::Live);
    found.or_else(|| all().find(|held| *held == AuthorizationFacts::Expired)).unwrap_or(AuthorizationFacts::Missing)
}

/// What is held by a payment now.
pub(crate) fn held_facts(payment: &Payment, now: books::calendar::Instant) -> AuthorizationFacts {
    match (payment.state, payment.held_until) {
        (PaymentState::Authorized, Some(until)) if until <= now => AuthorizationFacts::Expired,
        (PaymentState::Authorized, _) => AuthorizationFacts::Live,
        _ => AuthorizationFacts::Missing,
    }
}

/// What may be done with a payment.
pub async fn of_payment(services: &Services, of: BusinessId, id: PaymentId, actor: &Actor) -> Result<Vec<Answer>> {
    let (business, payment, connections, reserved) = services
        .db
        .read(async move |reader| {
            let payment = payment::one(reader, of, id).await?;
            let reserved = match payment.entry_id {
                Some(entry) => entry::one(reader, of, entry).await?.reserved,
                None => 0,
            };
            Ok((business::one(reader, of).await?, payment, connection::of_business(reader, of).await?, reserved))
        })
        .await?;
    let connection = connections.iter().find(|connection| Some(connection.id) == payment.connection_id);
    let facts = of_one(&payment, reserved, connection, &business, Rights::of(actor, &business)?, services)?;
    let held = held_facts(&payment, services.db.clock().now());
    let void = match held {
        AuthorizationFacts::Live => Answer::yes(Action::Void),
        _ => Answer::no(Action::Void, Code::NotAuthorized, "Only an amount that is held can be let go; this payment holds none."),
    };
    let answers = vec![capability::refund(&facts), capability::capture(held), void];
    Ok(complete(answers, "This belongs to an order or an invoice, not to a payment."))
}
