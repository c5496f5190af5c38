//! Writes the mails about money that went back, waits for its holder, or needs a person: to the customer and to staff.
//!
//! Invariant: one mail for each cause, kind and address, as everywhere (`compose_mail`). Staff are told at the addresses that the
//! business has set; without any, the first page for staff still says it.

use books::ids::{LinkId, PaymentId, RefundId};
use books::refund::RefundRoute;

use super::Job;
use super::attach::paper_for;
use super::compose_mail::{Envelope, keep, keep_with, subject, written};
use crate::error::Result;
use crate::flows::call::Call;
use crate::flows::share_link::{NewLink, create_link};
use crate::mail::{self, Sender};
use crate::press::Printable;
use crate::services::Services;
use crate::sheets::payment::{self, PaymentSheet};
use crate::sheets::refund::refund_sheet;
use crate::store::{link, refund};
use crate::wording;

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
    let envelope = Envelope {
        kind: "refund",
        customer: Some(row.customer_id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    let printed = refund_sheet(&services.db, business, id).await?;
    let paper = paper_for(services, &sheet.business, "refund", Printable::Refund(&printed)).await;
    keep_with(services, job, envelope, composed, paper).await
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
    let envelope = Envelope {
        kind: "confirm_payment",
        customer: Some(sheet.payment.customer_id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
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
        let envelope = Envelope {
            kind: "staff_alert",
            customer: Some(sheet.payment.customer_id),
            about: job.subject.clone(),
            to,
            cc: Vec::new(),
            reply_to: None,
        };
        keep(services, job, envelope, composed.clone()).await?;
    }
    Ok(())
}

/// The customer's own link, on which whatever is owed can be paid; made when there is none that works.
pub(super) async fn balance_link(services: &Services, job: &Job, sheet: &PaymentSheet) -> Result<LinkId> {
    let (business, customer, currency) = (job.business_id, sheet.payment.customer_id, sheet.payment.currency);
    let now = services.db.clock().now();
    let links = services.db.read(async move |reader| link::of_customer(reader, business, customer).await).await?;
    let live = |link: &&link::Link| {
        link.purpose == "balance"
            && link.currency == currency
            && link.can_pay
            && link.state(now) == books::link::LinkState::Active
    };
    if let Some(found) = links.iter().find(live) {
        return Ok(found.id);
    }
    let call = Call::system(business, format!("job {}", job.id));
    let new = NewLink { currency: Some(currency), ..NewLink::usual(customer) };
    Ok(create_link(&services.db, &services.keys, &call, new).await?.value)
}
