//! Pictures of money: the ageing ribbon and the column chart, as SVG drawn here, with colors from the stylesheet.
//!
//! Invariants: whole numbers only, so a picture never disagrees with the figures beside it; every picture has a text that
//! says the same. Limits: a chart has at most [`MAX_COLUMNS`] columns (later ones are dropped).

use askama::Template;
use askama::filters::HtmlSafe;
use books::money::{Currency, Money};
use locale::Tongue;

use super::Amount;

/// What is owed by days past due: the product's signature picture.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/ribbon.html")]
pub struct Ribbon {
    pub bands: Vec<Band>,
    /// `51 percent not yet due, 32 percent 31 to 60 days`.
    pub spoken: String,
}
impl HtmlSafe for Ribbon {}

/// One age of the ribbon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// `age-0` (not due) to `age-4` (over 90 days).
    pub class: &'static str,
    pub label: String,
    pub amount: Amount,
    /// Where the band begins and how wide it is, as `12.5%`.
    pub x: String,
    pub width: String,
}

/// The class of each age.
const AGES: [&str; 5] = ["age-0", "age-1", "age-2", "age-3", "age-4"];

/// What an age is called.
fn label(tongue: &Tongue, age: usize) -> String {
    match age {
        0 => tongue.say("age-not-due").to_string(),
        1 => tongue.say("age-days").with("range", "1–30").to_string(),
        2 => tongue.say("age-days").with("range", "31–60").to_string(),
        3 => tongue.say("age-days").with("range", "61–90").to_string(),
        _ => tongue.say("age-over").with("days", "90").to_string(),
    }
}

/// The share of an age, as it is read aloud.
fn said(tongue: &Tongue, age: usize, percent: i128) -> String {
    let days = |from: &str, to: &str| tongue.say("spoken-days").with("from", from).with("to", to);
    let sentence = match age {
        0 => tongue.say("spoken-not-due"),
        1 => days("1", "30"),
        2 => days("31", "60"),
        3 => days("61", "90"),
        _ => tongue.say("spoken-over").with("days", "90"),
    };
    sentence.with("percent", percent).to_string()
}

impl Ribbon {
    /// As staff read it.
    pub fn of(open: [i64; 5], currency: Currency) -> Ribbon {
        Ribbon::by(&Tongue::english(), open, currency)
    }

    /// From the five open amounts `[current, 1–30, 31–60, 61–90, 90+]` in minor units, each at least 0.
    pub fn by(tongue: &Tongue, open: [i64; 5], currency: Currency) -> Ribbon {
        let total: i128 = open.iter().map(|minor| i128::from(*minor)).sum();
        let mut before = 0_i128;
        let mut bands = Vec::with_capacity(AGES.len());
        let mut parts = Vec::new();
        for (age, (class, minor)) in AGES.into_iter().zip(open).enumerate() {
            let from = permille(before, total);
            before += i128::from(minor);
            let to = permille(before, total);
            if minor > 0 {
                parts.push(said(tongue, age, permille(i128::from(minor), total).max(10) / 10));
            }
            bands.push(Band {
                class,
                label: label(tongue, age),
                amount: Amount::by(tongue, Money::new(minor, currency)),
                x: percent(from),
                width: percent(to - from),
            });
        }
        let spoken = match parts.is_empty() {
            true => tongue.say("spoken-nothing"),
            false => tongue.say("spoken-by-age").with("parts", parts.join(", ")),
        };
        Ribbon { bands, spoken: spoken.to_string() }
    }

    /// Only the bands with something in them.
    pub fn filled(&self) -> impl Iterator<Item = &Band> {
        self.bands.iter().filter(|band| band.amount.minor > 0)
    }
}

fn permille(part: i128, whole: i128) -> i128 {
    if whole == 0 { 0 } else { part * 1000 / whole }
}

fn percent(permille: i128) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// A chart has at most so many columns.
pub const MAX_COLUMNS: usize = 62;

/// Amounts side by side, such as what was collected on each day of a month.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/chart.html")]
pub struct Chart {
    /// Unique on the page; ties the picture to its title.
    pub id: &'static str,
    pub title: String,
    pub description: String,
    /// What the first column of the table is called, `Day`.
    pub unit: &'static str,
    pub columns: Vec<Column>,
    pub ticks: Vec<TickMark>,
    pub width: i64,
    pub height: i64,
}
impl HtmlSafe for Chart {}

/// One column with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    pub amount: Amount,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub middle: i64,
    /// Written under the axis; not every column has room for its label.
    pub marked: bool,
    pub now: bool,
}

/// A line of the scale with its figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickMark {
    pub y: i64,
    pub text: String,
    pub base: bool,
}

/// Near the width at which it is shown beside another card, so that its letters are as large as the others.
const WIDTH: i64 = 460;
const HEIGHT: i64 = 190;
const LEFT: i64 = 48;
const TOP: i64 = 10;
const FOOT: i64 = 26;
/// Room for one label under the axis.
const LABEL: i64 = 62;

impl Chart {
    /// Amounts (at least 0, minor units) with their labels, first to last; `now` is the index of the current one.
    pub fn columns(
        id: &'static str,
        title: &str,
        unit: &'static str,
        values: &[(String, i64)],
        now: Option<usize>,
        currency: Currency,
    ) -> Chart {
        let values = &values[..values.len().min(MAX_COLUMNS)];
        let (width, height) = (WIDTH, HEIGHT);
        let largest = values.iter().map(|(_, minor)| *minor).max().unwrap_or(0).max(1);
        let (step, steps) = scale(largest, currency);
        let top = step * steps;
        let depth = height - FOOT - TOP;
        let count = i64::try_from(values.len()).expect("far fewer columns than an i64 counts").max(1);
        let pitch = (width - LEFT) / count;
        let bar = (pitch * 62 / 100).clamp(2, 44);
        let every = usize::try_from((LABEL + pitch - 1) / pitch.max(1)).unwrap_or(1).max(1);
        let columns = values
            .iter()
            .zip(0_i64..)
            .map(|((label, minor), at)| {
                let tall = scaled(*minor, depth, top);
                let left = LEFT + at * pitch + (pitch - bar) / 2;
                let index = usize::try_from(at).expect("counted from 0");
                Column {
                    label: label.clone(),
                    amount: Amount::of(Money::new(*minor, currency)),
                    x: left,
                    y: TOP + depth - tall,
                    width: bar,
                    height: tall,
                    middle: left + bar / 2,
                    marked: index % every == 0,
                    now: now == Some(index),
                }
            })
            .collect::<Vec<_>>();
        let ticks = (0..=steps)
            .map(|at| TickMark {
                y: TOP + depth - scaled(step * at, depth, top),
                text: short(step * at, currency),
                base: at == 0,
            })
            .collect();
        Chart { id, title: title.to_owned(), description: describe(&columns, unit), unit, columns, ticks, width, height }
    }

    pub fn right(&self) -> i64 {
        self.width
    }

    /// Nothing stands in it: a sentence says so better than an empty picture.
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.amount.is_zero())
    }
}

/// `minor` of `top` as a height out of `depth`, rounded down; anything above zero is at least one unit tall.
fn scaled(minor: i64, depth: i64, top: i64) -> i64 {
    let tall = i128::from(minor) * i128::from(depth) / i128::from(top.max(1));
    let tall = i64::try_from(tall).expect("at most the depth of the picture");
    if minor > 0 { tall.max(1) } else { tall }
}

/// The step of the scale (1, 2, 2.5 or 5 times a power of ten, whole major units) and how many steps, at most five.
fn scale(largest: i64, currency: Currency) -> (i64, i64) {
    let mut unit = i128::from(currency.minor_per_major());
    let largest = i128::from(largest);
    loop {
        for (times, per) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
            let step = unit * times / per;
            if step * 5 >= largest && (per == 1 || unit % per == 0) {
                let steps = (largest + step - 1) / step;
                return (
                    i64::try_from(step).expect("not more than five times the largest amount"),
                    i64::try_from(steps).expect("at most five"),
                );
            }
        }
        unit *= 10;
    }
}

/// `$2.5k`, `$400`, `$1.2m`: a tick of the scale.
fn short(minor: i64, currency: Currency) -> String {
    let major = minor / currency.minor_per_major();
    let (unit, name) = match major {
        1_000_000.. => (1_000_000, "m"),
        1_000.. => (1_000, "k"),
        _ => (1, ""),
    };
    let tenths = major * 10 / unit;
    let whole = Amount::of(Money::new(tenths / 10 * currency.minor_per_major(), currency)).whole;
    if unit > 1 && tenths % 10 != 0 { format!("{whole}.{}{name}", tenths % 10) } else { format!("{whole}{name}") }
}

fn describe(columns: &[Column], unit: &str) -> String {
    match columns.iter().max_by_key(|column| column.amount.minor) {
        Some(most) if most.amount.minor > 0 => {
            format!("The most in one {}: {}, on {}.", unit.to_lowercase(), most.amount.text, most.label)
        }
        _ => "Nothing yet.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::from_code("USD").expect("a known code")
    }

    #[test]
    fn the_ribbon_fills_its_whole_width() {
        let ribbon = Ribbon::of([757_844, 0, 482_440, 250_000, 0], usd());
        let filled: Vec<_> = ribbon.filled().map(|band| (band.class, band.x.as_str(), band.width.as_str())).collect();
        assert_eq!(filled, [("age-0", "0.0%", "50.8%"), ("age-2", "50.8%", "32.4%"), ("age-3", "83.2%", "16.8%")]);
        assert_eq!(ribbon.spoken, "Owed by age: 50 percent not yet due, 32 percent 31 to 60 days, 16 percent 61 to 90 days");
        assert_eq!(Ribbon::of([0; 5], usd()).spoken, "Nothing is owed");
    }

    #[test]
    fn scales_step_in_round_figures() {
        for (largest, want) in [(1, (100, 1)), (375_000, (100_000, 4)), (1_000_000, (200_000, 5)), (1_200_000, (250_000, 5))] {
            assert_eq!(scale(largest, usd()), want, "{largest}");
        }
        assert_eq!(short(250_000, usd()), "$2.5k");
        assert_eq!(short(40_000, usd()), "$400");
    }

    #[test]
    fn the_largest_amounts_fit_the_picture() {
        let huge = books::money::MAX_MINOR;
        let chart = Chart::columns(
            "c",
            "Collected",
            "Day",
            &[("1".to_owned(), huge), ("2".to_owned(), 1), ("3".to_owned(), 0)],
            Some(0),
            usd(),
        );
        assert!(chart.columns.iter().all(|column| column.y >= TOP && column.height <= HEIGHT));
        assert_eq!(chart.columns[1].height, 1);
        assert_eq!(chart.columns[2].height, 0);
    }
}
