//! Starts a dead letter or a failed mail again.

use books::ids::MailId;
use uuid::Uuid;

use super::audit::{Act, event_id, leave_job};
use super::call::Call;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::job::Job;
use crate::store::mail::Mail;

/// Lets a job run again at once, with its tries counted from the beginning.
pub async fn retry_job(db: &Db, call: &Call, id: Uuid) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut job = tx.lock::<Job>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        job.state = "waiting".to_owned();
        job.run_at = tx.now();
        job.lease_until = None;
        job.tries = 0;
        tx.set(&job);
        let event = event_id(tx);
        Act {
            kind: "job_retried",
            subject: job.subject.clone(),
            customer: None,
            data: serde_json::json!({ "job": job.kind }),
            call: &by,
        }
        .write(tx, event);
        Ok(())
    })
    .await
}

/// Queues a mail again that failed, or that was kept while there was no server to send it. `can_send`: there is one now.
pub async fn retry_mail(db: &Db, call: &Call, id: MailId, can_send: bool) -> Result<()> {
    if !can_send {
        return Err(Error::refused("NO_SMTP", "no mail server is configured; set OWED_SMTP_URL and try again"));
    }
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut mail = tx.lock::<Mail>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if mail.state == "sent" || mail.state == "queued" {
            return Err(Error::refused("ALREADY_SENT", "this mail was sent or waits to be sent already"));
        }
        mail.state = "queued".to_owned();
        mail.error = None;
        tx.set(&mail);
        let event = event_id(tx);
        leave_job(tx, "send_mail", id, event);
        Act { kind: "mail_retried", subject: id.to_string(), customer: mail.customer_id, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}
