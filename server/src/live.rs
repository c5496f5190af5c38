//! Announcements to open pages: "something changed here, look again", as server-sent events.
//!
//! Invariants: an announcement carries no secret and is never the truth, so one that is lost costs a moment: whoever falls
//! behind or comes back is simply told to look again. Memory is bounded: 64 announcements wait for a slow reader, a
//! viewer holds at most 16 connections, the process 5,000, each at most an hour. Left out: announcements between nodes,
//! which a job makes from the event table.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use books::ids::{BusinessId, CustomerId, LinkId};
use futures_util::stream::{self, Stream};
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::respond::Problem;

/// Announcements that wait for one slow reader.
const WAITING: usize = 64;
const PER_VIEWER: usize = 16;
const IN_ALL: usize = 5_000;
const HEARTBEAT: Duration = Duration::from_secs(15);
const LONGEST: Duration = Duration::from_secs(3600);
/// Seconds after which a viewer with too many connections may try again.
const TRY_AGAIN_S: u32 = 30;
const LONGEST_PAYLOAD: usize = 4096;
/// The event's name, as pages listen for it.
const CHANGED: &str = "changed";

/// What an announcement is about, within one business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Anything at all: lists, the dashboard.
    Business,
    /// One customer's entries, documents and payments.
    Customer(CustomerId),
    /// What one payer's link shows.
    Link(LinkId),
}

type Address = (BusinessId, Topic);

/// Everybody who listens.
pub struct Hub {
    inner: Mutex<Inner>,
    hasher: RandomState,
    last_id: AtomicU64,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Inner {
    topics: HashMap<Address, broadcast::Sender<Announcement>>,
    viewers: HashMap<u64, usize>,
    open: usize,
}

#[derive(Debug, Clone)]
struct Announcement {
    id: u64,
    payload: Arc<str>,
}

/// What [`Hub::subscribe`] answers with.
pub type LiveStream = Sse<KeepAliveStream<stream::BoxStream<'static, Result<Event, Infallible>>>>;

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub {
    pub fn new() -> Hub {
        Hub { inner: Mutex::default(), hasher: RandomState::new(), last_id: AtomicU64::new(0), closed: watch::Sender::new(false) }
    }

    /// Tells everybody who looks at this topic. Nobody listening is fine. Never waits. A payload is a short hint for
    /// scripts, such as an id; one that is longer than 4 KiB is left out.
    pub fn publish(&self, business: BusinessId, topic: Topic, payload: &str) {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let payload = if payload.len() > LONGEST_PAYLOAD { "" } else { payload };
        if let Some(sender) = self.inner().topics.get(&(business, topic)) {
            // An error says only that the last listener left a moment ago.
            sender.send(Announcement { id, payload: payload.into() }).ok();
        }
    }

    /// Announcements on one topic, until the page goes away, the process stops or an hour has passed. `viewer` is whoever
    /// is counted: a session or an address. `Last-Event-ID` is not looked up: whoever comes back is told to look again.
    pub fn subscribe(
        self: &Arc<Hub>,
        business: BusinessId,
        topic: Topic,
        viewer: impl Hash,
        headers: &HeaderMap,
    ) -> Result<LiveStream, Problem> {
        let came_back = headers.contains_key("last-event-id");
        let events = self.listen((business, topic), self.hasher.hash_one(viewer), came_back)?;
        let stream: stream::BoxStream<'static, _> = Box::pin(events);
        Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
    }

    /// Ends every stream; later subscriptions are refused.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// How many streams are open.
    pub fn open(&self) -> usize {
        self.inner().open
    }

    fn listen(
        self: &Arc<Hub>,
        address: Address,
        viewer: u64,
        came_back: bool,
    ) -> Result<impl Stream<Item = Result<Event, Infallible>> + Send + 'static, Problem> {
        let closed = self.closed.subscribe();
        if *closed.borrow() {
            return Err(Problem::busy(TRY_AGAIN_S));
        }
        let (receiver, seat) = self.sit(address, viewer)?;
        let first = came_back.then(|| Announcement { id: self.last_id.load(Ordering::Relaxed), payload: "".into() });
        let state = Listening { first, receiver, closed, ends: Instant::now() + LONGEST, _seat: seat };
        Ok(stream::unfold(state, |mut state| async move {
            let announcement = state.next().await?;
            Some((Ok(event(&announcement)), state))
        }))
    }

    /// Takes a seat, or refuses when the viewer or the process has too many.
    fn sit(self: &Arc<Hub>, address: Address, viewer: u64) -> Result<(broadcast::Receiver<Announcement>, Seat), Problem> {
        let mut inner = self.inner();
        let held = inner.viewers.get(&viewer).copied().unwrap_or(0);
        if held >= PER_VIEWER {
            return Err(Problem::rate_limited(TRY_AGAIN_S));
        }
        if inner.open >= IN_ALL {
            return Err(Problem::busy(TRY_AGAIN_S));
        }
        inner.open += 1;
        inner.viewers.insert(viewer, held + 1);
        let sender = inner.topics.entry(address).or_insert_with(|| broadcast::Sender::new(WAITING));
        let receiver = sender.subscribe();
        Ok((receiver, Seat { hub: Arc::clone(self), address, viewer }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves at worst a count that is one too high.
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn event(announcement: &Announcement) -> Event {
    let payload = if announcement.payload.is_empty() { "{}" } else { &announcement.payload };
    Event::default().event(CHANGED).id(announcement.id.to_string()).data(payload.replace('\r', ""))
}

/// One open stream.
struct Listening {
    first: Option<Announcement>,
    receiver: broadcast::Receiver<Announcement>,
    closed: watch::Receiver<bool>,
    ends: Instant,
    /// Given back when the stream is dropped, after the receiver.
    _seat: Seat,
}

impl Listening {
    async fn next(&mut self) -> Option<Announcement> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        tokio::select! {
            biased;
            _ = self.closed.wait_for(|closed| *closed) => None,
            () = tokio::time::sleep_until(self.ends) => None,
            received = self.receiver.recv() => match received {
                Ok(announcement) => Some(announcement),
                Err(broadcast::error::RecvError::Lagged(_)) => Some(Announcement { id: 0, payload: "".into() }),
                Err(broadcast::error::RecvError::Closed) => None,
            },
        }
    }
}

/// A place taken; dropping it gives it back and forgets a topic that nobody listens to any more.
struct Seat {
    hub: Arc<Hub>,
    address: Address,
    viewer: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = self.hub.inner();
        inner.open = inner.open.saturating_sub(1);
        if let Entry::Occupied(mut held) = inner.viewers.entry(self.viewer) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
        if let Entry::Occupied(topic) = inner.topics.entry(self.address)
            && topic.get().receiver_count() == 0
        {
            topic.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};
    use axum::response::IntoResponse;
    use futures_util::StreamExt;
    use uuid::Uuid;

    use super::*;

    fn acme() -> BusinessId {
        BusinessId(Uuid::from_u128(1))
    }

    async fn text(stream: LiveStream, parts: usize) -> String {
        let mut body = stream.into_response().into_body().into_data_stream();
        let mut all = String::new();
        for _ in 0..parts {
            let part = body.next().await.expect("one more part").expect("readable");
            all.push_str(std::str::from_utf8(&part).expect("text"));
        }
        all
    }

    #[tokio::test]
    async fn an_announcement_reaches_its_topic_alone() {
        let hub = Arc::new(Hub::new());
        let (ada, bob) = (Topic::Customer(CustomerId(Uuid::from_u128(2))), Topic::Customer(CustomerId(Uuid::from_u128(3))));
        let stream = hub.subscribe(acme(), ada, "session", &HeaderMap::new()).expect("a seat");
        hub.publish(acme(), bob, "bob");
        hub.publish(BusinessId(Uuid::from_u128(9)), ada, "another business");
        hub.publish(acme(), ada, "inv_1\nmore");
        assert_eq!(text(stream, 1).await, "event: changed\nid: 3\ndata: inv_1\ndata: more\n\n");
    }

    #[tokio::test]
    async fn who_comes_back_or_falls_behind_is_told_to_look_again() {
        let hub = Arc::new(Hub::new());
        let mut headers = HeaderMap::new();
        headers.insert("last-event-id", HeaderValue::from_static("junk"));
        let back = hub.subscribe(acme(), Topic::Business, 1, &headers).expect("a seat");
        assert!(text(back, 1).await.contains("event: changed"));
        let slow = hub.subscribe(acme(), Topic::Business, 1, &HeaderMap::new()).expect("a seat");
        for _ in 0..200 {
            hub.publish(acme(), Topic::Business, "x");
        }
        assert!(text(slow, 1).await.contains("id: 0\n"));
    }

    #[tokio::test]
    async fn seats_are_counted_and_given_back() {
        let hub = Arc::new(Hub::new());
        let take = || hub.subscribe(acme(), Topic::Business, "one session", &HeaderMap::new());
        let seats: Vec<_> = (0..PER_VIEWER).map(|_| take().expect("a seat")).collect();
        assert_eq!(take().expect_err("one too many").status, StatusCode::TOO_MANY_REQUESTS);
        assert!(hub.subscribe(acme(), Topic::Business, "another", &HeaderMap::new()).is_ok());
        drop(seats);
        assert_eq!(hub.open(), 0);
        assert!(hub.inner().topics.is_empty() && hub.inner().viewers.is_empty());
        assert!(take().is_ok());
    }

    #[tokio::test]
    async fn closing_ends_every_stream() {
        let hub = Arc::new(Hub::new());
        let stream = hub.subscribe(acme(), Topic::Business, 1, &HeaderMap::new()).expect("a seat");
        hub.close();
        let mut body = stream.into_response().into_body().into_data_stream();
        assert!(body.next().await.is_none());
        drop(body);
        assert_eq!(hub.open(), 0);
        assert!(hub.subscribe(acme(), Topic::Business, 1, &HeaderMap::new()).is_err());
    }

    #[tokio::test]
    async fn a_stream_ends_when_its_time_is_over() {
        let hub = Arc::new(Hub::new());
        let (receiver, seat) = hub.sit((acme(), Topic::Business), 1).expect("a seat");
        let mut over = Listening { first: None, receiver, closed: hub.closed.subscribe(), ends: Instant::now(), _seat: seat };
        assert!(over.next().await.is_none());
    }
}
