//! The clock and the source of ids, both handed to whoever needs them.
//!
//! Invariants: a test clock moves only when it is told to; ids of one process ascend in the order in which they are
//! given, even when the clock stands still or is set back, and go on behind every id of another process that they were
//! shown ([`Ids::go_on_after`]), however clocks differ. Ids are not secrets, but they carry 74 bits that nobody can
//! foresee for the first of each millisecond. Left out on purpose: time zones, which belong to a business.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use books::calendar::Instant;
use books::ids::IdSource;
use uuid::Uuid;

/// What time it is. Copies share one clock.
#[derive(Debug, Clone)]
pub struct Clock(Hand);

#[derive(Debug, Clone)]
enum Hand {
    System,
    /// Microseconds since 1970.
    Test(Arc<AtomicI64>),
}

impl Clock {
    /// The computer's own clock.
    pub fn system() -> Clock {
        Clock(Hand::System)
    }

    /// A clock that stands at `at` until it is moved.
    pub fn test(at: Instant) -> Clock {
        Clock(Hand::Test(Arc::new(AtomicI64::new(at.0))))
    }

    pub fn now(&self) -> Instant {
        match &self.0 {
            Hand::System => system_now(),
            Hand::Test(at) => Instant(at.load(Ordering::SeqCst)),
        }
    }

    pub fn is_test(&self) -> bool {
        matches!(self.0, Hand::Test(_))
    }

    /// Moves a test clock; answers false, and does nothing, on the computer's own.
    pub fn set(&self, to: Instant) -> bool {
        if let Hand::Test(at) = &self.0 {
            at.store(to.0, Ordering::SeqCst);
        }
        self.is_test()
    }

    /// Moves a test clock forward (back when negative); answers false on the computer's own.
    pub fn advance_seconds(&self, seconds: i64) -> bool {
        self.set(self.now().plus_seconds(seconds))
    }
}

fn system_now() -> Instant {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    };
    Instant(micros)
}

/// New UUIDs of version 7. Copies draw from one source.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    last: Arc<Mutex<Last>>,
}

#[derive(Debug)]
struct Last {
    /// Milliseconds since 1970, 48 bits.
    millis: u64,
    /// The 74 bits behind the time.
    tail: u128,
}

const TAIL_BITS: u32 = 74;
const LAST_MILLIS: u64 = (1 << 48) - 1;

impl Ids {
    pub fn new(clock: Clock) -> Ids {
        Ids { clock, last: Arc::new(Mutex::new(Last { millis: 0, tail: 0 })) }
    }

    /// What comes next comes behind this id, whatever the clock says. An id that is behind us already changes nothing.
    pub fn go_on_after(&self, id: Uuid) {
        let all = id.as_u128();
        let millis = u64::try_from(all >> 80).unwrap_or(LAST_MILLIS);
        let tail = ((all >> 64) & 0xfff) << 62 | (all & ((1 << 62) - 1));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if (millis, tail) > (last.millis, last.tail) {
            *last = Last { millis, tail };
        }
    }
}

impl IdSource for Ids {
    fn next_uuid(&mut self) -> Uuid {
        let now = u64::try_from(self.clock.now().0 / 1000).unwrap_or(0).min(LAST_MILLIS);
        let random = random_u128();
        // A panic elsewhere cannot leave `Last` half changed: both fields are set below without anything in between.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now > last.millis {
            *last = Last { millis: now, tail: random & ((1 << TAIL_BITS) - 1) };
        } else {
            // The same millisecond, or a clock set back: count on from the last by a step that cannot be guessed.
            let next = last.tail + 1 + (random & 0xffff_ffff);
            let carried = next >> TAIL_BITS != 0;
            *last = Last { millis: last.millis + u64::from(carried), tail: next & ((1 << TAIL_BITS) - 1) };
        }
        compose(last.millis, last.tail)
    }
}

/// RFC 9562, section 5.7: 48 bits of milliseconds, version, 12 bits, variant, 62 bits.
fn compose(millis: u64, tail: u128) -> Uuid {
    let high = tail >> 62;
    let low = tail & ((1 << 62) - 1);
    Uuid::from_u128(u128::from(millis) << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
}

fn random_u128() -> u128 {
    let mut bytes = [0_u8; 16];
    // Without randomness ids would still be new within this process, but two nodes could give the same one.
    getrandom::fill(&mut bytes).expect("an operating system that can run a database gives random bytes");
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_on_behind_those_of_another_process_although_its_clock_is_ahead() {
        let ids = || Ids::new(Clock::test(Instant(1_768_467_600_000_000)));
        let (mut before, after) = (ids(), ids());
        let kept: Vec<Uuid> = (0..200).map(|_| before.next_uuid()).collect();
        for id in &kept {
            after.go_on_after(*id);
        }
        let mut earlier = Ids::new(Clock::test(Instant(1_600_000_000_000_000)));
        earlier.go_on_after(kept[199]);
        assert!(after.clone().next_uuid() > kept[199]);
        assert!(earlier.next_uuid() > kept[199], "an earlier clock gives later ids");
        earlier.go_on_after(kept[0]);
        assert!(earlier.next_uuid() > kept[199], "an older id takes nothing back");
    }

    #[test]
    fn ids_ascend_while_the_clock_stands_still_or_goes_back() {
        let clock = Clock::test(Instant(1_700_000_000_000_000));
        let mut ids = Ids::new(clock.clone());
        let mut twin = ids.clone();
        let mut last = ids.next_uuid();
        for round in 0..10_000 {
            if round == 5_000 {
                assert!(clock.advance_seconds(-3_600));
            }
            let next = if round % 2 == 0 { ids.next_uuid() } else { twin.next_uuid() };
            assert!(next > last, "{next} after {last}");
            assert_eq!((next.get_version_num(), next.get_variant()), (7, uuid::Variant::RFC4122));
            last = next;
        }
    }

    #[test]
    fn a_full_tail_is_carried_into_the_time() {
        let clock = Clock::test(Instant(1_000_000));
        let mut ids = Ids::new(clock);
        *ids.last.lock().expect("nobody panicked") = Last { millis: 1_000, tail: (1 << TAIL_BITS) - 1 };
        let next = ids.next_uuid();
        assert_eq!(next.as_u128() >> 80, 1_001);
    }

    #[test]
    fn only_a_test_clock_can_be_moved() {
        let clock = Clock::test(Instant(5));
        assert!(clock.set(Instant(7)) && clock.now() == Instant(7));
        assert!(!Clock::system().set(Instant(7)));
        assert!(Clock::system().now() > Instant(1_700_000_000_000_000));
    }
}
