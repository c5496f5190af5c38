//! Days and moments.

use std::fmt;

use askama::filters::HtmlSafe;
use books::calendar::{Day as Date, Instant};
use jiff::tz::TimeZone;
use locale::Tongue;

/// A day as people read it, `19 Nov 2026`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub text: String,
    /// `2026-11-19`, also the value of a date field.
    pub iso: String,
}

impl Day {
    pub fn of(day: Date) -> Day {
        Day::by(&Tongue::english(), day)
    }

    pub fn by(tongue: &Tongue, day: Date) -> Day {
        Day { text: tongue.day(day), iso: day.to_string() }
    }

    /// With its month spelled out.
    pub fn long(tongue: &Tongue, day: Date) -> Day {
        Day { text: tongue.long_day(day), iso: day.to_string() }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time datetime="{}">{}</time>"#, self.iso, self.text)
    }
}
impl HtmlSafe for Day {}

/// An instant in the business's time zone, `19 Nov 2026, 14:05`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub text: String,
    pub iso: String,
}

impl Moment {
    pub fn of(at: Instant, zone: &TimeZone) -> Moment {
        Moment::by(&Tongue::english(), at, zone)
    }

    pub fn by(tongue: &Tongue, at: Instant, zone: &TimeZone) -> Moment {
        let there = at.timestamp().to_zoned(zone.clone());
        Moment { text: tongue.moment(there.datetime()), iso: at.to_rfc3339() }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time datetime="{}">{}</time>"#, self.iso, self.text)
    }
}
impl HtmlSafe for Moment {}
