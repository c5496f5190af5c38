//! What may be done with an order or application.

use books::capability::{self, Action, Answer, GenerateInvoiceFacts};
use books::ids::{BusinessId, OrderId};
use books::link::{LinkState, Policy};
use books::money::Money;
use books::refusal::Code;

use super::payment::{Taken, held_of, refund};
use super::{Common, Rights, complete, reached};
use crate::error::Result;
use crate::flows::call::Actor;
use crate::flows::charge_saved::standing;
use crate::services::Services;
use crate::sheets::order::{self, OrderSheet};
use crate::store::link;

/// What may be done with an order or application.
pub async fn of_order(services: &Services, of: BusinessId, id: OrderId, actor: &Actor) -> Result<Vec<Answer>> {
    let (sheet, link, reached) = services
        .db
        .read(async move |reader| {
            let sheet = order::read(reader, of, id).await?;
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
        invoicing: services.connections.invoicing(&sheet.connections, &sheet.business.name),
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
    let mut answers = common.asking(sheet.customer.email.is_some(), &sheet.remote_invoices).to_vec();
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
