//! How often somebody may try: logins, links that do not exist, payments, mails.
//!
//! Invariants: each rule counts exactly, over a sliding window, in memory of this process; a try is counted before it is
//! made, so that tries side by side count too; nobody is locked out for ever. Limits: at most 65,536 keys a rule, of
//! which the longest unused are forgotten first; keys are kept as hashes. Left out: counting over several nodes, where
//! each node counts its own share.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Keys in one of the two generations a rule keeps.
const GENERATION: usize = 32_768;
/// Tries without any delay; then each further one waits twice as long as the one before.
const LOGINS_WITHOUT_DELAY: usize = 3;
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// Declines after which a link rests, and for how long.
const DECLINES: usize = 3;
const COOL_DOWN: Duration = Duration::from_secs(15 * 60);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Tries to sign in to one account.
    LoginAccount,
    /// Tries to sign in from one place.
    LoginPlace,
    /// Links that did not exist, from one place.
    LinkMiss,
    /// Tries to pay through one link.
    PayLink,
    /// Tries to pay from one place.
    PayPlace,
    /// Declined cards through one link.
    Decline,
    /// Mails to one customer that somebody other than staff can set off, such as a fresh link.
    MailCustomer,
    /// Such mails asked for from one place.
    MailPlace,
    /// Reports of blocked scripts from one place.
    Report,
    /// Requests for pages from one place. Loopback is not counted, because everybody behind a local proxy
    /// looks like that.
    Page,
}

impl Rule {
    const ALL: [Rule; 10] = [
        Rule::LoginAccount,
        Rule::LoginPlace,
        Rule::LinkMiss,
        Rule::PayLink,
        Rule::PayPlace,
        Rule::Decline,
        Rule::MailCustomer,
        Rule::MailPlace,
        Rule::Report,
        Rule::Page,
    ];

    /// How many in which time.
    pub const fn limit(self) -> (usize, Duration) {
        match self {
            Rule::LoginAccount => (10, Duration::from_secs(15 * 60)),
            Rule::LoginPlace => (30, Duration::from_secs(15 * 60)),
            Rule::LinkMiss => (20, MINUTE),
            Rule::PayLink => (5, HOUR),
            Rule::PayPlace => (20, HOUR),
            Rule::Decline => (DECLINES, COOL_DOWN),
            Rule::MailCustomer => (10, Duration::from_secs(24 * 3600)),
            Rule::MailPlace => (20, HOUR),
            Rule::Report => (20, MINUTE),
            Rule::Page => (300, Duration::from_secs(10)),
        }
    }
}

/// Refused for now: ask again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub seconds: u32,
}

impl From<Wait> for Problem {
    fn from(wait: Wait) -> Problem {
        Problem::rate_limited(wait.seconds)
    }
}

/// Every counter of the process.
pub struct Limits {
    hasher: RandomState,
    windows: Vec<Mutex<Windows>>,
    trusted: Mutex<Windows>,
    /// Passwords being checked at once; each takes 19 MiB.
    pub passwords: Semaphore,
    /// Exports under way at once.
    pub exports: Semaphore,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    pub fn new() -> Limits {
        Limits {
            hasher: RandomState::new(),
            windows: Rule::ALL.iter().map(|_| Mutex::new(Windows::default())).collect(),
            trusted: Mutex::new(Windows::default()),
            passwords: Semaphore::new(2),
            exports: Semaphore::new(1),
        }
    }

    /// Counts one try, or refuses it without counting.
    pub fn take(&self, rule: Rule, key: impl Hash) -> Result<(), Wait> {
        self.take_at(rule, &key, Instant::now()).map(|_| ())
    }

    /// Refuses when a further try would be refused; counts nothing.
    pub fn peek(&self, rule: Rule, key: impl Hash) -> Result<(), Wait> {
        let (count, window) = rule.limit();
        let key = self.key(&key);
        self.windows(rule).room(key, count, window, Instant::now()).map(|_| ())
    }

    /// Takes the newest try back, because it turned out to be a good one.
    pub fn give_back(&self, rule: Rule, key: impl Hash) {
        let key = self.key(&key);
        self.windows(rule).forget_newest(key);
    }

    /// Before a password is looked at: how long to wait first, growing with the tries, or a refusal. The try counts as a
    /// failure until [`Limits::login_succeeded`]. A place that signed in to this account before has a count of its own, so
    /// that strangers cannot keep a person out.
    pub fn login(&self, client: ClientIp, account: &str) -> Result<Duration, Wait> {
        self.login_at(client, account, Instant::now())
    }

    fn login_at(&self, client: ClientIp, account: &str, now: Instant) -> Result<Duration, Wait> {
        let place = client.network();
        let (count, window) = Rule::LoginPlace.limit();
        let place_key = self.key(&place);
        self.windows(Rule::LoginPlace).room(place_key, count, window, now)?;
        let before = self.take_at(Rule::LoginAccount, &self.account_key(place, account), now)?;
        self.take_at(Rule::LoginPlace, &place, now)?;
        Ok(login_delay(before))
    }

    /// The password was right: the try no longer counts, and the place is known from now on.
    pub fn login_succeeded(&self, client: ClientIp, account: &str) {
        let place = client.network();
        self.give_back(Rule::LoginAccount, self.account_key(place, account));
        self.give_back(Rule::LoginPlace, place);
        let key = self.key(&(place, account.to_lowercase()));
        self.trusted.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).note(key, 1, Instant::now());
    }

    /// An account, or an account from a place it is known at.
    fn account_key(&self, place: IpAddr, account: &str) -> (Option<IpAddr>, String) {
        let account = account.to_lowercase();
        let key = self.key(&(place, account.clone()));
        let known = self.trusted.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).knows(key);
        (known.then_some(place), account)
    }

    /// Before a payment is started through a link.
    pub fn payment(&self, client: ClientIp, link: impl Hash) -> Result<(), Wait> {
        self.peek(Rule::Decline, &link)?;
        self.peek(Rule::PayPlace, client.network())?;
        self.take(Rule::PayLink, &link)?;
        self.take(Rule::PayPlace, client.network())
    }

    /// A card was declined; after three the link rests for a quarter of an hour.
    pub fn declined(&self, link: impl Hash) {
        // Beyond the limit there is nothing more to count.
        if self.take(Rule::Decline, link).is_err() {
            tracing::debug!("declined while resting");
        }
    }

    /// Before a link's token is looked up.
    pub fn link_opened(&self, client: ClientIp) -> Result<(), Wait> {
        self.peek(Rule::LinkMiss, client.network())
    }

    /// The token named no link.
    pub fn link_missed(&self, client: ClientIp) {
        if self.take(Rule::LinkMiss, client.network()).is_err() {
            tracing::debug!("missed while refused");
        }
    }

    /// One request for a page.
    pub fn page(&self, client: ClientIp) -> Result<(), Wait> {
        // Nowhere (no connection, as in tests) counts as this machine.
        let local = client.0.is_loopback() || client.0.is_unspecified();
        if local { Ok(()) } else { self.take(Rule::Page, client.network()) }
    }

    fn take_at(&self, rule: Rule, key: &impl Hash, now: Instant) -> Result<usize, Wait> {
        let (count, window) = rule.limit();
        let key = self.key(key);
        let mut windows = self.windows(rule);
        let before = windows.room(key, count, window, now)?;
        windows.note(key, count, now);
        Ok(before)
    }

    fn key(&self, key: &impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    fn windows(&self, rule: Rule) -> std::sync::MutexGuard<'_, Windows> {
        let at = Rule::ALL.iter().position(|known| *known == rule).expect("every rule is in the list");
        // A panic while the lock was held leaves counts behind that are at worst one too many.
        self.windows[at].lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The layer of every page: nobody knocks the server over by asking for pages.
pub async fn limit_pages(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<ClientIp>().copied();
    match client.map_or(Ok(()), |client| app.limits.page(client)) {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::from(wait).into_response(),
    }
}

/// Nothing, nothing, nothing, then a quarter of a second and twice as much each time.
fn login_delay(tries_before: usize) -> Duration {
    let Some(over) = tries_before.checked_sub(LOGINS_WITHOUT_DELAY) else { return Duration::ZERO };
    let factor = 1_u32 << over.min(8);
    (Duration::from_millis(250) * factor).min(LONGEST_DELAY)
}

/// When each key tried, newest last. Two generations: what is touched moves to the young one; when that is full it
/// becomes the old one and the old one is forgotten.
#[derive(Default)]
struct Windows {
    young: HashMap<u64, VecDeque<Instant>>,
    old: HashMap<u64, VecDeque<Instant>>,
}

impl Windows {
    /// How many tries lie in the window, or how long until there is room.
    fn room(&mut self, key: u64, count: usize, window: Duration, now: Instant) -> Result<usize, Wait> {
        let tries = self.tries(key);
        while tries.front().is_some_and(|at| now.duration_since(*at) >= window) {
            tries.pop_front();
        }
        match tries.front() {
            Some(oldest) if tries.len() >= count => {
                let left = window.saturating_sub(now.duration_since(*oldest));
                Err(Wait { seconds: u32::try_from(left.as_secs()).unwrap_or(u32::MAX).saturating_add(1) })
            }
            _ => Ok(tries.len()),
        }
    }

    /// Notes a try; no key remembers more than `count`.
    fn note(&mut self, key: u64, count: usize, now: Instant) {
        let tries = self.tries(key);
        if tries.len() >= count {
            tries.pop_front();
        }
        tries.push_back(now);
    }

    fn forget_newest(&mut self, key: u64) {
        self.tries(key).pop_back();
    }

    fn knows(&self, key: u64) -> bool {
        [&self.young, &self.old].into_iter().any(|generation| generation.get(&key).is_some_and(|tries| !tries.is_empty()))
    }

    fn tries(&mut self, key: u64) -> &mut VecDeque<Instant> {
        if !self.young.contains_key(&key) {
            if self.young.len() >= GENERATION {
                self.old = std::mem::take(&mut self.young);
            }
            let moved = self.old.remove(&key).unwrap_or_default();
            self.young.insert(key, moved);
        }
        self.young.entry(key).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> ClientIp {
        ClientIp(text.parse().expect("an address"))
    }

    #[test]
    fn the_window_slides() {
        let limits = Limits::new();
        let start = Instant::now();
        let take = |after: u64| limits.take_at(Rule::LinkMiss, &"here", start + Duration::from_secs(after));
        for second in 0..20 {
            assert!(take(second).is_ok(), "{second}");
        }
        assert_eq!(take(30), Err(Wait { seconds: 31 }), "the first of twenty leaves the window after a minute");
        assert!(take(60).is_ok(), "the first has left");
        assert!(take(60).is_err(), "the second has not");
        assert!(limits.take_at(Rule::LinkMiss, &"elsewhere", start).is_ok());
        assert!(limits.take_at(Rule::Report, &"here", start).is_ok(), "rules do not share counts");
    }

    #[test]
    fn the_eleventh_login_is_refused_and_the_later_ones_wait() {
        let limits = Limits::new();
        let now = Instant::now();
        let mut waits = Vec::new();
        for at in 0..10 {
            let place = client(&format!("203.0.113.{at}"));
            waits.push(limits.login_at(place, "Ada@acme.example", now).expect("within the limit").as_millis());
        }
        assert_eq!(waits, [0, 0, 0, 250, 500, 1000, 2000, 4000, 4000, 4000]);
        assert_eq!(limits.login_at(client("203.0.113.99"), "ada@acme.example", now), Err(Wait { seconds: 901 }));
        assert!(limits.login_at(client("203.0.113.99"), "bob@acme.example", now).is_ok());
    }

    #[test]
    fn a_known_place_cannot_be_kept_out() {
        let limits = Limits::new();
        let (home, now) = (client("198.51.100.7"), Instant::now());
        limits.login_at(home, "ada@acme.example", now).expect("the first try");
        limits.login_succeeded(home, "ada@acme.example");
        for at in 0..10 {
            limits.login_at(client(&format!("203.0.113.{at}")), "ada@acme.example", now).expect("within the limit");
        }
        assert!(limits.login_at(client("203.0.113.50"), "ada@acme.example", now).is_err());
        assert_eq!(limits.login_at(home, "ada@acme.example", now), Ok(Duration::ZERO));
    }

    #[test]
    fn one_place_may_try_thirty_times_over_all_accounts() {
        let limits = Limits::new();
        let now = Instant::now();
        let tried =
            (0..40).filter(|n| limits.login_at(client("2001:db8::1"), &format!("u{n}@acme.example"), now).is_ok()).count();
        assert_eq!(tried, 30);
        assert!(limits.login_at(client("2001:db8::ffff"), "z@acme.example", now).is_err(), "the same /64 is the same place");
    }

    #[test]
    fn good_logins_are_not_counted() {
        let limits = Limits::new();
        for _ in 0..50 {
            limits.login(client("198.51.100.7"), "ada@acme.example").expect("never refused");
            limits.login_succeeded(client("198.51.100.7"), "ada@acme.example");
        }
    }

    #[test]
    fn a_link_rests_after_three_declines() {
        let limits = Limits::new();
        for _ in 0..3 {
            limits.payment(client("203.0.113.1"), "lnk_1").expect("allowed");
            limits.declined("lnk_1");
        }
        assert!(limits.payment(client("203.0.113.1"), "lnk_1").is_err());
        assert!(limits.payment(client("203.0.113.1"), "lnk_2").is_ok());
    }

    #[test]
    fn five_payments_an_hour_a_link_and_twenty_a_place() {
        let limits = Limits::new();
        let by_link = (0..9).filter(|n| limits.payment(client(&format!("203.0.113.{n}")), "lnk_1").is_ok()).count();
        assert_eq!(by_link, 5);
        let by_place = (0..40).filter(|n| limits.payment(client("198.51.100.9"), format!("lnk_x{n}")).is_ok()).count();
        assert_eq!(by_place, 20);
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_use_stays() {
        let mut windows = Windows::default();
        let now = Instant::now();
        windows.note(7, 20, now);
        for key in 100..200_000 {
            windows.note(key, 20, now);
            if key % 10_000 == 0 {
                windows.note(7, 20, now);
            }
        }
        assert!(windows.young.len() <= GENERATION && windows.old.len() <= GENERATION);
        assert_eq!(windows.tries(7).len(), 20);
    }

    #[test]
    fn public_pages_are_counted_but_not_on_this_machine() {
        let limits = Limits::new();
        assert_eq!((0..400).filter(|_| limits.page(client("203.0.113.1")).is_ok()).count(), 300);
        assert_eq!((0..400).filter(|_| limits.page(client("127.0.0.1")).is_ok()).count(), 400);
    }
}
