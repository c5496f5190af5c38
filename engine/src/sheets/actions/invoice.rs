//! What may be done with an invoice.

use books::capability::{self, Action, Answer, CreditNoteFacts, IssueFacts, LateFeeFacts, VoidFacts, WriteOffFacts};
use books::ids::{BusinessId, InvoiceId};
use books::invoice::InvoiceStanding;
use books::link::{LinkState, Policy};
use books::money::Money;

use super::payment::{Taken, held_of, refund};
use super::{Common, Rights, complete, reached};
use crate::error::Result;
use crate::flows::call::Actor;
use crate::flows::charge_saved::standing;
use crate::services::Services;
use crate::sheets::invoice::{self, InvoiceSheet};
use crate::store::{link, method};

/// What may be done with an invoice.
pub async fn of_invoice(services: &Services, of: BusinessId, id: InvoiceId, actor: &Actor) -> Result<Vec<Answer>> {
    let (sheet, link, reached, methods) = services
        .db
        .read(async move |reader| {
            let sheet = invoice::read(reader, of, id).await?;
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
        invoicing: services.connections.invoicing(&sheet.connections, &sheet.business.name),
        keying: services.connections.keying(&sheet.connections, &sheet.business.name),
        method: standing(methods.iter().find(|method| method.is_default), sheet.business.today(sheet.now)),
        held: held_of(&sheet.payments, sheet.now),
        rights: Rights::of(actor, &sheet.business)?,
        reached: &reached,
        now: sheet.now,
    };
    let state = link.as_ref().map_or(LinkState::Active, |link| link.state(sheet.now));
    let mut answers = common.asking(sheet.customer.email.is_some(), &sheet.remote_invoices).to_vec();
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
