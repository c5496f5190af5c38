//! The paper that goes along with a mail, where the business wants one.
//!
//! Invariant: a mail never waits for its paper: when the paper cannot be drawn or is too large, the mail goes without, because its
//! button leads to the same paper. What went along is kept with the mail byte for byte (`mail_attachment`), so that every try sends
//! the same. The electronic invoice rides inside its PDF.

use crate::press::{Printable, Printed};
use crate::services::Services;
use crate::store::business::Business;

/// Kinds of mails with which a paper can go, and which paper that is.
pub const KINDS: [(&str, &str); 7] = [
    ("payment_request", "Payment request"),
    ("invoice", "Invoice"),
    ("invoice_reminder", "Reminder of an invoice"),
    ("receipt", "Receipt"),
    ("credit_note", "Credit note"),
    ("refund", "Refund"),
    ("statement", "Statement"),
];
/// The largest paper that goes along, in bytes: mail servers take 10 MB, and letters make a third more of it.
pub const LARGEST: usize = 5 * 1024 * 1024;

/// The paper for a mail of this kind. None: the business wants none, or it cannot be had.
pub(super) async fn paper_for(services: &Services, business: &Business, kind: &str, of: Printable<'_>) -> Option<Printed> {
    let press = services.press.as_ref()?;
    if !business.settings().ok()?.attach_papers.iter().any(|wanted| wanted == kind) {
        return None;
    }
    match press.print(of).await {
        Ok(paper) if paper.bytes.len() <= LARGEST => Some(paper),
        Ok(paper) => {
            tracing::warn!(paper = %paper.name, bytes = paper.bytes.len(), "the paper is too large for a mail, which goes without");
            None
        }
        Err(error) => {
            tracing::warn!(kind, %error, "the paper of a mail could not be drawn; the mail goes without");
            None
        }
    }
}
