//! The way of a flow or a read to the thread that runs it, and of its answer back.
//!
//! Invariants: the queue is bounded, so overload is answered at once instead of hidden; every flow that was taken is
//! answered, also when its caller no longer listens; a flow that was queued runs even if its caller went away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use books::ids::BusinessId;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::desk::Running;
use super::tx::{Reader, Tx, Write};
use crate::error::{Error, Result};

/// So many flows may wait for one worker; more are answered [`Error::Busy`].
pub(crate) const QUEUE_LIMIT: usize = 4096;
/// So many flows share one commit at most.
pub(crate) const BATCH_LIMIT: usize = 256;
/// What a caller is told when the queue is full.
pub(crate) const BUSY: Error = Error::Busy { retry_after_s: 1 };

/// A business act that waits for its turn. It may be run more than once and is answered once.
pub(crate) trait Flow: Send {
    fn business(&self) -> BusinessId;
    /// Starts it anew; it ends with what it wants written, and its result is kept inside.
    fn run<'a>(&'a mut self, tx: Tx<'a>) -> Running<'a, Vec<Write>>;
    /// Answers the caller: with the result, or with the error that came instead.
    fn answer(self: Box<Self>, outcome: Result<()>);
}

struct Act<F, T> {
    business: BusinessId,
    flow: F,
    result: Option<T>,
    caller: oneshot::Sender<Result<T>>,
}

impl<F, T> Flow for Act<F, T>
where
    F: AsyncFn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    fn business(&self) -> BusinessId {
        self.business
    }

    fn run<'a>(&'a mut self, mut tx: Tx<'a>) -> Running<'a, Vec<Write>> {
        self.result = None;
        Box::pin(async move {
            self.result = Some((self.flow)(&mut tx).await?);
            Ok(tx.into_writes())
        })
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let Act { result, caller, .. } = *self;
        let missing = || Error::Fault("a flow ended without a result".to_owned());
        // A caller who hung up learns nothing; what was done stays done.
        let _ = caller.send(outcome.and_then(|()| result.ok_or_else(missing)));
    }
}

/// A read that waits for its turn. It is run once.
pub(crate) trait Look: Send {
    fn run<'a>(&'a mut self, reader: &'a mut Reader<'_>) -> Running<'a, ()>;
    fn answer(self: Box<Self>, outcome: Result<()>);
}

struct View<F, T> {
    view: Option<F>,
    result: Option<T>,
    caller: oneshot::Sender<Result<T>>,
}

impl<F, T> Look for View<F, T>
where
    F: AsyncFnOnce(&mut Reader<'_>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    fn run<'a>(&'a mut self, reader: &'a mut Reader<'_>) -> Running<'a, ()> {
        Box::pin(async move {
            let view = self.view.take().ok_or_else(|| Error::Fault("a read is run once".to_owned()))?;
            self.result = Some(view(reader).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let View { result, caller, .. } = *self;
        let missing = || Error::Fault("a read ended without a result".to_owned());
        // A caller who hung up learns nothing.
        let _ = caller.send(outcome.and_then(|()| result.ok_or_else(missing)));
    }
}

/// Figures for the metrics page, added up since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) waiting: AtomicUsize,
    pub(crate) batches: AtomicU64,
    pub(crate) flows: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) reruns: AtomicU64,
    pub(crate) commit_micros: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) lost_connections: AtomicU64,
}

impl Counters {
    /// Notes a durable commit of so many flows.
    pub(crate) fn committed(&self, flows: usize, refused: usize, took: Duration) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.flows.fetch_add(flows as u64, Ordering::Relaxed);
        self.refused.fetch_add(refused as u64, Ordering::Relaxed);
        self.commit_micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The sending end.
pub(crate) struct Inbox<J> {
    sender: mpsc::Sender<J>,
    counters: Arc<Counters>,
}

/// The receiving end, which several threads may share.
pub(crate) struct Outbox<J> {
    receiver: Arc<Mutex<mpsc::Receiver<J>>>,
    counters: Arc<Counters>,
}

impl<J> Clone for Outbox<J> {
    fn clone(&self) -> Self {
        Outbox { receiver: self.receiver.clone(), counters: self.counters.clone() }
    }
}

pub(crate) fn queue<J>(counters: &Arc<Counters>) -> (Inbox<J>, Outbox<J>) {
    let (sender, receiver) = mpsc::channel(QUEUE_LIMIT);
    (
        Inbox { sender, counters: counters.clone() },
        Outbox { receiver: Arc::new(Mutex::new(receiver)), counters: counters.clone() },
    )
}

/// An answer that will come.
pub(crate) type Pending<T> = oneshot::Receiver<Result<T>>;

impl Inbox<Box<dyn Flow>> {
    /// Queues a flow.
    pub(crate) fn write<T, F>(&self, business: BusinessId, flow: F) -> Result<Pending<T>>
    where
        F: AsyncFn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        self.put(Box::new(Act { business, flow, result: None, caller }))?;
        Ok(answer)
    }
}

impl Inbox<Box<dyn Look>> {
    /// Queues a read.
    pub(crate) fn read<T, F>(&self, view: F) -> Result<Pending<T>>
    where
        F: AsyncFnOnce(&mut Reader<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        self.put(Box::new(View { view: Some(view), result: None, caller }))?;
        Ok(answer)
    }
}

impl<J> Inbox<J> {
    fn put(&self, job: J) -> Result<()> {
        // Counted before it can be taken, so that the figure never falls below zero.
        self.counters.waiting.fetch_add(1, Ordering::Relaxed);
        self.sender.try_send(job).map_err(|_| {
            self.counters.waiting.fetch_sub(1, Ordering::Relaxed);
            BUSY
        })
    }
}

impl<J> Outbox<J> {
    /// Waits for the next one; nothing once the queue is closed and empty.
    pub(crate) async fn next(&self) -> Option<J> {
        self.took(self.receiver.lock().await.recv().await)
    }

    /// The same for a thread without a runtime.
    pub(crate) fn blocking_next(&self) -> Option<J> {
        self.took(self.receiver.blocking_lock().blocking_recv())
    }

    /// Takes what stands behind the first, up to a batch.
    pub(crate) fn fill(&self, first: J) -> Vec<J> {
        let mut batch = vec![first];
        // Each writer has a queue of its own: nobody else holds the lock.
        if let Ok(mut receiver) = self.receiver.try_lock() {
            while batch.len() < BATCH_LIMIT {
                match receiver.try_recv() {
                    Ok(job) => batch.extend(self.took(Some(job))),
                    Err(_) => break,
                }
            }
        }
        batch
    }

    fn took(&self, job: Option<J>) -> Option<J> {
        job.inspect(|_| {
            self.counters.waiting.fetch_sub(1, Ordering::Relaxed);
        })
    }
}
