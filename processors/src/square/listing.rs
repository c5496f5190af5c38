//! Square's own lists: what changed, whoever caused it.
//!
//! Invariants: payments and refunds are listed by the time of their last change, oldest first, so that nothing between two
//! looks is left out; a dispute brings its payment along. The cursor is the time of the last change seen, and the ids of
//! that moment, which the list gives again. A thing that Square refuses to tell is left out; keys that it does not take end the
//! look, and the cursor stays. Limits: [`MOST`] things at a time.

use books::calendar::Instant;

use super::Square;
use super::answers::Said;
use super::shapes::{Disputed, Page};
use crate::form::escaped;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Changes, Remote};

/// How far back the first look goes. Source: the default of Square's list of payments.
const FIRST_DAYS: i64 = 365;
const PAGE: usize = 100;
const MOST: usize = 1_000;

impl Square {
    pub(super) async fn changed_since(&self, since: Option<&str>, now: Instant) -> Outcome<Changes> {
        let Some(mut cursor) = Cursor::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a cursor of Square's lists.");
        };
        match self.read(&mut cursor, now).await {
            Ok((changed, more)) => Outcome::Done(Changes { changed, cursor: cursor.text(), more }),
            Err(outcome) => outcome,
        }
    }

    async fn read(&self, cursor: &mut Cursor, now: Instant) -> Result<(Vec<Remote>, bool), Outcome<Changes>> {
        let disputes = self.disputes().await.map_err(Said::outcome)?;
        let from = cursor.at;
        let mut found: Vec<(Instant, String, What)> = Vec::new();
        for kind in ["payments", "refunds"] {
            found.append(&mut self.listed(kind, from).await.map_err(Said::outcome)?);
        }
        let dated = disputes.iter().map(|dispute| (at(&dispute.updated_at), dispute));
        let new = dated.filter(|(at, _)| *at >= from);
        found.extend(new.map(|(at, dispute)| (at, dispute.id.clone(), What::Dispute(dispute.clone()))));
        found.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        // What was seen and changed again since stands in the list at another time.
        found.retain(|(at, id, _)| *at != from || !cursor.seen.contains(id));
        let more = found.len() > MOST;
        found.truncate(MOST);
        let mut changed = Vec::new();
        for (at, id, what) in found {
            changed.append(&mut self.as_it_stands(what, &disputes, now).await?);
            cursor.pass(at, id);
        }
        Ok((changed, more))
    }

    async fn as_it_stands(&self, what: What, disputes: &[Disputed], now: Instant) -> Result<Vec<Remote>, Outcome<Changes>> {
        let known = |outcome: Outcome<Remote>| match outcome {
            Outcome::Done(remote) | Outcome::Pending(remote) => Ok(vec![remote]),
            Outcome::Rejected(rejection) if rejection.reason == RejectReason::Credentials => Err(Outcome::Rejected(rejection)),
            // One thing that Square refuses to tell, or that is none of ours, must not hide all the others.
            Outcome::Rejected(rejection) => {
                tracing::warn!(said = rejection.text, "left out of what changed at Square");
                Ok(Vec::new())
            }
            other => Err(Outcome::unknown(format!("something of Square's list could not be read: {other:?}"))),
        };
        match what {
            What::Payment(payment) => known(self.charge_listed(&payment, disputes).await.map(Remote::Charge)),
            What::Refund(refund) => known(self.refund_told(&refund).await.map(Remote::Refund)),
            What::Dispute(dispute) => {
                let mut both = known(self.dispute_of(&dispute, now).await.map(Remote::Dispute))?;
                let charge = match self.payment(&dispute.disputed_payment.payment_id).await {
                    Ok(payment) => self.charge_listed(&payment, disputes).await,
                    Err(said) => said.outcome(),
                };
                both.append(&mut known(charge.map(Remote::Charge))?);
                Ok(both)
            }
        }
    }

    /// One list from a time on, up to a little more than is told at a time.
    async fn listed(&self, kind: &str, from: Instant) -> Result<Vec<(Instant, String, What)>, Said> {
        let base = format!(
            "/v2/{kind}?location_id={}&sort_field=UPDATED_AT&sort_order=ASC&limit={PAGE}&updated_at_begin_time={}",
            self.location,
            escaped(&from.to_rfc3339())
        );
        let (mut all, mut path) = (Vec::new(), base.clone());
        while all.len() <= MOST {
            let page: Page = self.line.get(&path).await?;
            all.extend(page.payments.into_iter().map(|it| (at(&it.updated_at), it.id.clone(), What::Payment(it))));
            all.extend(page.refunds.into_iter().map(|it| (at(&it.updated_at), it.id.clone(), What::Refund(it))));
            match page.cursor {
                Some(next) => path = format!("{base}&cursor={}", escaped(&next)),
                None => break,
            }
        }
        Ok(all)
    }
}

fn at(text: &str) -> Instant {
    Instant::from_rfc3339(text).unwrap_or(Instant(0))
}

enum What {
    Payment(super::shapes::Payment),
    Refund(super::shapes::Refunded),
    Dispute(Disputed),
}

/// How far the lists were read.
struct Cursor {
    at: Instant,
    seen: Vec<String>,
}

impl Cursor {
    fn read(text: Option<&str>, now: Instant) -> Option<Cursor> {
        let Some(text) = text else {
            return Some(Cursor { at: now.plus_seconds(-FIRST_DAYS * 86_400), seen: Vec::new() });
        };
        let mut parts = text.split(' ');
        let at = Instant::from_rfc3339(parts.next()?)?;
        Some(Cursor { at, seen: parts.map(str::to_owned).collect() })
    }

    fn pass(&mut self, at: Instant, id: String) {
        if at != self.at {
            self.seen.clear();
        }
        self.at = at;
        self.seen.push(id);
    }

    fn text(&self) -> String {
        let mut text = self.at.to_rfc3339();
        for id in &self.seen {
            text.push(' ');
            text.push_str(id);
        }
        text
    }
}
