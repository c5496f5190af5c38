//! The mails about money that came, did not come, went back, or waits for its holder: to the customer and to staff.
//!
//! Staff are told at the addresses that the request or the business names; without any, the first page for staff still says it.

use books::account::Target;
use books::ids::{LinkId, PaymentId, RefundId};
use books::link::LinkState;
use books::refund::RefundRoute;

use super::{Envelope, documented, keep, link_url, written};
use crate::error::Result;
use crate::flows::call::Call;
use crate::flows::share_link::{self, NewLink, create_link};
use crate::jobs::attach::paper_for;
use crate::jobs::{Job, subject};
use crate::mail::{self, Sender};
use crate::press::Printable;
use crate::services::Services;
use crate::sheets::link::link_sheet;
use crate::sheets::payment::{self, PaymentSheet};
use crate::sheets::refund::refund_sheet;
use crate::store::{link, refund, request};
use crate::wording;

/// `mail_receipt`: thanks for a payment. Without an address there is nobody to thank by mail.
pub async fn receipt(services: &Services, job: &Job) -> Result<()> {
    let id: PaymentId = subject(job)?;
    let sheet = payment::payment_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.payment.currency);
    let applied: Vec<(String, String)> = sheet
        .charges
        .iter()
        .map(|charge| {
            let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            let named = sheet.payment.invoice_id.is_some();
            let invoice = sheet.invoice_of(charge).map(|invoice| wording::invoice(&tongue, invoice));
            let order = sheet.order_of(charge).map(|order| wording::order(&tongue, order));
            let title = if named { invoice.or(order) } else { order.or(invoice) };
            let name = title.unwrap_or_else(|| wording::entry(&tongue, charge.kind, &charge.description));
            (name, amount(part))
        })
        .collect();
    let url = match receipt_link(services, job, id).await? {
        Some(link) => link_url(services, "receipt", link),
        None => services.public_url().to_owned(),
    };
    let composed = mail::receipt::receipt(
        &Sender::to_customer(&sheet.business, "receipt", &sheet.customer)?,
        &mail::receipt::Receipt {
            customer_name: &sheet.customer.name,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount),
            method: &wording::means(&tongue, &sheet.payment),
            paid_on: &tongue.day(sheet.business.today(sheet.payment.succeeded_at.unwrap_or(sheet.payment.created_at))),
            applied_to: &applied,
            still_due: &amount(sheet.still_due),
            left: (sheet.unapplied() > 0).then(|| amount(sheet.unapplied())).as_deref(),
            url: &url,
        },
    )?;
    let envelope = Envelope::to_customer("receipt", &sheet.business, sheet.payment.customer_id, id, to).in_thread(thread(&sheet));
    let paper = paper_for(services, &sheet.business, "receipt", Printable::Receipt(&sheet)).await;
    keep(services, job, envelope, composed, paper).await
}

/// What the mails about a payment stand with: the document that it named, else the only one that it pays, else itself.
fn thread(sheet: &PaymentSheet) -> String {
    match (sheet.payment.target(), sheet.orders.as_slice(), sheet.invoices.as_slice()) {
        (Some(Target::Order(id)), ..) => id.to_string(),
        (Some(Target::Invoice(id)), ..) => id.to_string(),
        (_, [order], _) => order.id.to_string(),
        (_, [], [invoice]) => invoice.id.to_string(),
        _ => sheet.payment.id.to_string(),
    }
}

/// The receipt's own link; one is made for a payment that did not come through a page.
async fn receipt_link(services: &Services, job: &Job, payment: PaymentId) -> Result<Option<LinkId>> {
    let call = Call::system(job.business_id, format!("job {}", job.id));
    share_link::receipt_link(&services.db, &services.keys, &call, payment).await.map(Some)
}

/// `mail_notice`: tells the staff who asked to hear of it.
pub async fn payment_notice(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, PaymentId) = (job.business_id, subject(job)?);
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let Some(asked) = sheet.payment.request_id else { return Ok(()) };
    let asked = services.db.read(async move |reader| request::one(reader, business, asked).await).await?;
    let from = Sender::to_staff(&sheet.business, "payment_notice")?;
    let tongue = &from.tongue;
    let amount = written(tongue, sheet.payment.currency);
    let order = sheet.orders.iter().find(|order| Some(order.id) == asked.order_id).map(|order| wording::order(tongue, order));
    let invoice = sheet
        .invoices
        .iter()
        .find(|invoice| Some(invoice.id) == asked.invoice_id)
        .map(|invoice| wording::invoice(tongue, invoice));
    let about = order.or(invoice).unwrap_or_else(|| tongue.say("notice-account").to_string());
    let composed = mail::payment_notice::payment_notice(
        &from,
        &mail::payment_notice::PaymentNotice {
            customer_name: &sheet.customer.name,
            document: &about,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount),
            method: &wording::means(tongue, &sheet.payment),
            still_due: &amount(sheet.still_due),
            url: &format!("{}/admin/payments/{id}", services.public_url()),
        },
    )?;
    for to in asked.notified() {
        let envelope = Envelope::to_staff("payment_notice", sheet.payment.customer_id, id, to).in_thread(thread(&sheet));
        keep(services, job, envelope, composed.clone(), None).await?;
    }
    Ok(())
}

/// `mail_failed`: a payment that was under way did not go through, was returned, or wants its holder.
pub async fn payment_failed(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, PaymentId) = (job.business_id, subject(job)?);
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let by_nobody = sheet.payment.by_itself || sheet.payment.wants_holder();
    let way_back = match (sheet.payment.link_id, by_nobody) {
        (Some(link), _) => link,
        // Nobody opened a page for it: the customer's own link leads to what is owed.
        (None, true) => balance_link(services, job, &sheet).await?,
        (None, false) => return Ok(()),
    };
    let way_back = link_sheet(&services.db, business, way_back).await?;
    let tongue = sheet.customer.tongue(&sheet.business);
    let about = documented(&tongue, way_back.order.as_ref(), way_back.invoice.as_ref());
    let composed = mail::payment_failed::payment_failed(
        &Sender::to_customer(&sheet.business, "payment_failed", &sheet.customer)?,
        &mail::payment_failed::PaymentFailed {
            customer_name: &sheet.customer.name,
            document: &about,
            amount: &written(&tongue, sheet.payment.currency)(sheet.payment.amount),
            reason: &wording::decline(&tongue, &sheet.payment),
            url: &link_url(services, &way_back.link.purpose, way_back.link.id),
        },
    )?;
    let envelope =
        Envelope::to_customer("payment_failed", &sheet.business, sheet.payment.customer_id, id, to).in_thread(thread(&sheet));
    keep(services, job, envelope, composed, None).await
}

/// The customer's own link, on which whatever is owed can be paid; made when there is none that works.
async fn balance_link(services: &Services, job: &Job, sheet: &PaymentSheet) -> Result<LinkId> {
    let (business, customer, currency) = (job.business_id, sheet.payment.customer_id, sheet.payment.currency);
    let now = services.db.clock().now();
    let links = services.db.read(async move |reader| link::of_customer(reader, business, customer).await).await?;
    let live = |link: &&link::Link| {
        link.purpose == "balance" && link.currency == currency && link.can_pay && link.state(now) == LinkState::Active
    };
    if let Some(found) = links.iter().find(live) {
        return Ok(found.id);
    }
    let call = Call::system(business, format!("job {}", job.id));
    let new = NewLink { currency: Some(currency), ..NewLink::usual(customer) };
    Ok(create_link(&services.db, &services.keys, &call, new).await?.value)
}

/// `mail_confirm`: the card's bank asks its holder to confirm. Without a page that is still open there is nothing to confirm.
pub async fn confirm(services: &Services, job: &Job) -> Result<()> {
    let id: PaymentId = subject(job)?;
    let sheet = payment::payment_sheet(&services.db, job.business_id, id).await?;
    let (Some(to), Some(url)) = (sheet.customer.email.clone(), sheet.payment.checkout_url.clone()) else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let composed = mail::confirm_payment::confirm_payment(
        &Sender::to_customer(&sheet.business, "confirm_payment", &sheet.customer)?,
        &mail::confirm_payment::ConfirmPayment {
            customer_name: &sheet.customer.name,
            amount: &written(&tongue, sheet.payment.currency)(sheet.payment.amount),
            method: &wording::means(&tongue, &sheet.payment),
            url: &url,
        },
    )?;
    let envelope =
        Envelope::to_customer("confirm_payment", &sheet.business, sheet.payment.customer_id, id, to).in_thread(thread(&sheet));
    keep(services, job, envelope, composed, None).await
}

/// `mail_refund`: tells the customer that money went back. Without an address there is nobody to tell by mail.
pub async fn refund_sent(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, RefundId) = (job.business_id, subject(job)?);
    let row = refund::refund(&services.db, business, id).await?;
    let sheet = payment::payment_sheet(&services.db, business, row.payment_id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, row.currency);
    let owed = amount(sheet.owed());
    let original = wording::means(&tongue, &sheet.payment);
    let composed = mail::refund::refund(
        &Sender::to_customer(&sheet.business, "refund", &sheet.customer)?,
        &mail::refund::RefundSent {
            customer_name: &sheet.customer.name,
            refund_number: &row.number,
            payment_number: &sheet.payment.number,
            amount: &amount(row.amount),
            to: (row.route == RefundRoute::Original).then_some(original.as_str()),
            reason: &row.reason,
            owed: (sheet.owed() > 0).then_some(owed.as_str()),
        },
    )?;
    let envelope = Envelope::to_customer("refund", &sheet.business, row.customer_id, id, to).in_thread(thread(&sheet));
    let printed = refund_sheet(&services.db, business, id).await?;
    let paper = paper_for(services, &sheet.business, "refund", Printable::Refund(&printed)).await;
    keep(services, job, envelope, composed, paper).await
}

/// The jobs `alert_…`: tells the staff on the business's list.
pub async fn alert(services: &Services, job: &Job) -> Result<()> {
    let business = job.business_id;
    let (id, minor) = match job.subject.parse::<RefundId>() {
        Ok(id) => {
            let row = refund::refund(&services.db, business, id).await?;
            (row.payment_id, Some(row.amount))
        }
        Err(_) => (subject(job)?, None),
    };
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let from = Sender::to_staff(&sheet.business, "staff_alert")?;
    let tongue = &from.tongue;
    let composed = mail::staff_alert::staff_alert(
        &from,
        &mail::staff_alert::StaffAlert {
            what: &tongue.one_of("what", &job.kind),
            text: &tongue.one_of("advice", &job.kind),
            customer_name: &sheet.customer.name,
            amount: &written(tongue, sheet.payment.currency)(minor.unwrap_or(sheet.payment.amount)),
            payment_number: &sheet.payment.number,
            url: &format!("{}/admin/payments/{id}", services.public_url()),
        },
    )?;
    for to in sheet.business.settings()?.notify {
        let envelope = Envelope::to_staff("staff_alert", sheet.payment.customer_id, &job.subject, to).in_thread(thread(&sheet));
        keep(services, job, envelope, composed.clone(), None).await?;
    }
    Ok(())
}
