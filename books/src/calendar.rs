//! Days and instants. A day is what people write on paper and what the books are dated by; an instant is what
//! a clock says.
//!
//! Invariants: a day is text `2026-01-31` outside; an instant is microseconds since 1970 in UTC. Nothing here asks
//! a clock: the present is passed in. Left out on purpose: business holidays.

use std::fmt;

pub use jiff::civil::Date as Day;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// RFC 3339 in UTC, to the microsecond when there is one: `2026-01-15T09:00:00Z`.
    pub fn to_rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    pub fn from_rfc3339(text: &str) -> Option<Instant> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Instant(at.as_microsecond()))
    }

    /// The day on the calendar of `zone` at this instant.
    pub fn day_in(self, zone: &jiff::tz::TimeZone) -> Day {
        self.timestamp().to_zoned(zone.clone()).date()
    }

    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }

    /// Later by so many seconds (earlier when negative); stays at the ends of time rather than wrapping.
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> serde::Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Instant::from_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

/// Reads exactly `2026-01-31`: four, two and two digits, a day that exists, from 1900 to 2999.
pub fn parse_day(text: &str) -> Option<Day> {
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !plain {
        return None;
    }
    text.parse::<Day>().ok().filter(|day| (1900..=2999).contains(&day.year()))
}

/// Whole days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Day, to: Day) -> i64 {
    i64::from(to.since(from).map_or(0, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_strictly() {
        assert!(parse_day("2026-02-28").is_some());
        for bad in ["2026-02-29", "2026-2-1", "20260201", "2026-02-01T00:00", "0000-01-01", "9999-01-01", ""] {
            assert!(parse_day(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn counts_days_over_a_leap_year() {
        let day = |text| parse_day(text).expect("a day");
        assert_eq!(days_between(day("2024-02-28"), day("2024-03-01")), 2);
        assert_eq!(days_between(day("2026-03-01"), day("2026-01-01")), -59);
    }

    #[test]
    fn instants_read_back() {
        let at = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        assert_eq!(at.to_rfc3339(), "2026-01-15T09:00:00Z");
        assert_eq!(at.plus_seconds(-1).to_rfc3339(), "2026-01-15T08:59:59Z");
    }
}
