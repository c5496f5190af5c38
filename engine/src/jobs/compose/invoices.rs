//! The mails that bring an invoice or a credit note.

use books::ids::{CreditNoteId, InvoiceId};

use super::{Envelope, keep, link_url, written};
use crate::error::Result;
use crate::jobs::attach::paper_for;
use crate::jobs::{Job, subject};
use crate::mail::{self, Sender};
use crate::press::Printable;
use crate::services::Services;
use crate::sheets::{credit_note, invoice};
use crate::wording;

/// `mail_invoice`, `mail_invoice_again`: the invoice as it stands now, with the link where it can be seen and paid. The second
/// time it is a reminder; what is paid or void by then is not mailed again.
pub async fn invoice(services: &Services, job: &Job) -> Result<()> {
    let id: InvoiceId = subject(job)?;
    let again = job.kind == "mail_invoice_again";
    let sheet = invoice::invoice_sheet(&services.db, job.business_id, id).await?;
    let (Some(to), Some(link)) = (sheet.customer.email.clone(), &sheet.link) else { return Ok(()) };
    if !sheet.invoice.is_live() {
        return Ok(());
    }
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.invoice.currency);
    let kind = if again { "invoice_reminder" } else { "invoice" };
    let url = link_url(services, "invoice", link.id);
    let composed = mail::invoice::invoice(
        &Sender::to_customer(&sheet.business, kind, &sheet.customer)?,
        &mail::invoice::InvoiceSent {
            customer_name: &sheet.customer.name,
            invoice: &wording::invoice(&tongue, &sheet.invoice),
            description: sheet.invoice.description.as_deref(),
            total: &amount(sheet.figures.total + sheet.figures.fees),
            paid: &amount(sheet.figures.paid),
            amount_due: &amount(sheet.figures.amount_due),
            nothing_due: sheet.figures.amount_due == 0,
            due_on: sheet.invoice.due_on.map(|day| tongue.day(day)).as_deref(),
            overdue: sheet.overdue(),
            reminder: again,
            url: &url,
        },
    )?;
    let envelope = Envelope::to_customer(kind, &sheet.business, sheet.customer.id, id, to);
    let paper = paper_for(services, &sheet.business, kind, Printable::Invoice { sheet: &sheet, pay_url: Some(url) }).await;
    keep(services, job, envelope, composed, paper).await
}

/// `mail_credit_note`: what was taken off an invoice, and what is due on it now.
pub async fn credit_note(services: &Services, job: &Job) -> Result<()> {
    let id: CreditNoteId = subject(job)?;
    let sheet = credit_note::credit_note_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.note.currency);
    let composed = mail::credit_note::credit_note(
        &Sender::to_customer(&sheet.business, "credit_note", &sheet.customer)?,
        &mail::credit_note::CreditNoteSent {
            customer_name: &sheet.customer.name,
            number: &sheet.note.number,
            invoice: &wording::invoice(&tongue, &sheet.invoice),
            amount: &amount(sheet.note.amount),
            reason: &sheet.note.reason,
            due_before: &amount(sheet.note.due_before),
            due_after: &amount(sheet.note.due_after),
            to_balance: (sheet.note.to_balance > 0).then(|| amount(sheet.note.to_balance)).as_deref(),
        },
    )?;
    let envelope = Envelope::to_customer("credit_note", &sheet.business, sheet.customer.id, id, to).in_thread(sheet.invoice.id);
    let paper = paper_for(services, &sheet.business, "credit_note", Printable::CreditNote(&sheet)).await;
    keep(services, job, envelope, composed, paper).await
}
