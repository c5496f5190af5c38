//! Authorize.Net's own lists: tonight's transactions, and the batches of the nights before.
//!
//! Invariants: whatever carries a reference of ours is in one of them; tonight's is read newest first, so that looking for a
//! fresh attempt stops once it is older. Limits: batches are asked for by at most [`WINDOW_DAYS`] days.

use books::calendar::Instant;
use books::ids::AttemptId;

use super::AuthorizeNet;
use super::answers::Said;
use super::reading::{Read, instant, is_refund};
use super::references::{made_at, reference};
use super::shapes::{Batch, BatchList, Batches, Listed, OfBatch, Paging, Sorting, Summary, Unsettled};
use crate::outcome::Outcome;

const PAGE: usize = 1_000;
/// A look for one attempt reads so many at a time.
const SHORT_PAGE: usize = 100;
/// The most pages of a list that are read.
const MOST_PAGES: usize = 100;
/// Source: the limit of `getSettledBatchListRequest`.
const WINDOW_DAYS: i64 = 31;
const DAY: i64 = 86_400;
/// How far Authorize.Net's clock and ours may be apart.
const SLACK_SECONDS: i64 = 600;

fn newest_first() -> Sorting {
    Sorting { order_by: Some("submitTimeUTC"), order_descending: Some(true) }
}

impl AuthorizeNet {
    /// All of tonight's list, newest first.
    pub(super) async fn unsettled(&self) -> Result<Vec<Summary>, Said> {
        self.tonight(PAGE, |_| false).await
    }

    /// Tonight's list until one of its pages ends with something that `enough` says.
    async fn tonight(&self, page: usize, enough: impl Fn(&Summary) -> bool) -> Result<Vec<Summary>, Said> {
        let mut all = Vec::new();
        for offset in 1..=MOST_PAGES {
            let asked =
                Unsettled { sorting: Some(newest_first()), paging: Some(Paging { limit: Some(page), offset: Some(offset) }) };
            let listed: Listed = self.line.ask("getUnsettledTransactionListRequest", &asked).await?;
            let last = listed.transactions.len() < page;
            all.extend(listed.transactions);
            if last || all.last().is_some_and(&enough) {
                return Ok(all);
            }
        }
        Err(Said::Lost("Authorize.Net's list is too long to be read".to_owned()))
    }

    /// The batches that were settled between two moments, oldest first.
    pub(super) async fn batches(&self, from: Instant, to: Instant) -> Result<Vec<Batch>, Said> {
        let (mut all, mut begin) = (Vec::new(), from);
        while begin <= to {
            let end = begin.plus_seconds(WINDOW_DAYS * DAY - 1).min(to.plus_seconds(DAY));
            let asked = Batches {
                include_statistics: Some(true),
                first_settlement_date: Some(begin.to_rfc3339()),
                last_settlement_date: Some(end.to_rfc3339()),
            };
            let listed: BatchList = self.line.ask("getSettledBatchListRequest", &asked).await?;
            all.extend(listed.batch_list);
            begin = end.plus_seconds(1);
        }
        all.sort_by_key(|batch| instant(&batch.settlement_time_utc));
        Ok(all)
    }

    /// All transactions of one batch.
    pub(super) async fn of_batch(&self, id: &str) -> Result<Vec<Summary>, Said> {
        let mut all = Vec::new();
        for offset in 1..=MOST_PAGES {
            let asked = OfBatch {
                batch_id: Some(id.to_owned()),
                sorting: Some(newest_first()),
                paging: Some(Paging { limit: Some(PAGE), offset: Some(offset) }),
            };
            let listed: Listed = self.line.ask("getTransactionListRequest", &asked).await?;
            let last = listed.transactions.len() < PAGE;
            all.extend(listed.transactions);
            if last {
                return Ok(all);
            }
        }
        Err(Said::Lost("Authorize.Net's batch is too long to be read".to_owned()))
    }

    /// Everything that carries an attempt's reference, newest first.
    pub(super) async fn carrying(&self, id: AttemptId, now: Instant) -> Result<Vec<Summary>, Said> {
        let Some(reference) = reference(id) else { return Ok(Vec::new()) };
        let from = made_at(id).plus_seconds(-SLACK_SECONDS);
        let older = |it: &Summary| instant(&it.submit_time_utc) < from;
        let ours = |it: &Summary| it.invoice_number.as_deref() == Some(reference.as_str());
        let mut found: Vec<Summary> = self.tonight(SHORT_PAGE, older).await?.into_iter().filter(ours).collect();
        for batch in self.batches(from, now).await?.iter().rev() {
            found.extend(self.of_batch(&batch.batch_id).await?.into_iter().filter(ours));
        }
        Ok(found)
    }

    /// The charge of an attempt: one that stands goes before one that was voided, and that before one that was refused; of such the
    /// newest.
    pub(super) async fn charge_with(&self, id: AttemptId, now: Instant) -> Result<Option<Read>, Said> {
        let all: Vec<Summary> =
            self.carrying(id, now).await?.into_iter().filter(|it| !is_refund(&it.transaction_status)).collect();
        let refused =
            |it: &&Summary| matches!(it.transaction_status.as_str(), "declined" | "generalError" | "communicationError");
        let stands = |it: &&Summary| !refused(it) && it.transaction_status != "voided";
        self.shown(all.iter().find(stands).or_else(|| all.iter().find(|it| !refused(it))).or(all.first())).await
    }

    /// The refund of an attempt.
    pub(super) async fn refund_with(&self, id: AttemptId, now: Instant) -> Result<Option<Read>, Said> {
        let all = self.carrying(id, now).await?;
        self.shown(all.first()).await
    }

    async fn shown(&self, summary: Option<&Summary>) -> Result<Option<Read>, Said> {
        let Some(summary) = summary else { return Ok(None) };
        let read: Result<Read, Outcome<()>> = self.read(&summary.trans_id).await;
        read.map(Some).map_err(|outcome| Said::Lost(format!("a transaction could not be read: {outcome:?}")))
    }
}
