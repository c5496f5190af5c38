//! Throws acts by a seed, does them in a business of their own, has somebody look after each, and shortens what fails.
//!
//! Limits: [`MOST_TRIES`] to shorten. Who looks, and at what, is the caller's.

use std::collections::BTreeMap;

use super::acts::{Act, Kind};
use super::model::{Model, What};
use super::shop::Shop;
use crate::desks::office::Office;
use crate::kit::TestApp;

const SHORTEST: u64 = 5;
const LONGEST: u64 = 60;
/// How often a failing sequence is tried again to shorten it.
const MOST_TRIES: usize = 60;

/// A number from the environment.
pub fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Random numbers of one seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn sequence(seed: u64) -> Vec<Act> {
    let mut dice = Dice(seed);
    let length = SHORTEST + dice.throw() % (LONGEST - SHORTEST + 1);
    let mut throw = || Act::thrown([dice.throw(), dice.throw(), dice.throw(), dice.throw()]);
    // Most acts want something to be there.
    let first = Act(Kind::Order, seed % 7, seed % 60, 0);
    std::iter::once(first).chain((1..length).map(|_| throw())).collect()
}

/// An act that was just done, or refused.
pub struct Step<'s> {
    pub is_last: bool,
    /// The model as it was before it.
    pub before: &'s Model,
}

impl Step<'_> {
    /// Whether to look at an order or invoice: the act changed it, or it was the last act and everything is looked at.
    pub fn touched(&self, now: &Model, what: What) -> bool {
        let is_new = match what {
            What::Order(at) => at >= self.before.orders.len(),
            What::Invoice(at) => self.before.invoices.get(at) != now.invoices.get(at),
            What::Charge(_) => false,
        };
        self.is_last || is_new || self.before.six(what) != now.six(what)
    }
}

/// Does the acts in a business of their own. Answers those that could be done, or what went wrong.
async fn run(
    app: &TestApp,
    name: &str,
    acts: &[Act],
    look: &impl AsyncFn(&Shop<'_>, Step<'_>) -> Result<(), String>,
) -> Result<Vec<Kind>, String> {
    let office = Office::open(app, name).await;
    let mut shop = Shop::open(office).await;
    let mut done = Vec::new();
    for (at, act) in acts.iter().enumerate() {
        let wrong = |what: String| format!("act {}, {act:?}: {what}", at + 1);
        let before = shop.model.clone();
        if shop.does(act).await.map_err(wrong)? {
            done.push(act.0);
        }
        shop.follow_invoices_there().await;
        shop.figures_agree().await.map_err(wrong)?;
        let step = Step { is_last: at + 1 == acts.len(), before: &before };
        look(&shop, step).await.map_err(wrong)?;
    }
    shop.books_agree().await?;
    shop.closes().await;
    Ok(done)
}

/// Leaves acts out as long as it still fails.
async fn shortened(
    app: &TestApp,
    name: &str,
    mut acts: Vec<Act>,
    mut why: String,
    look: &impl AsyncFn(&Shop<'_>, Step<'_>) -> Result<(), String>,
) -> (Vec<Act>, String) {
    let mut tries = 0;
    let mut part = acts.len() / 2;
    while part > 0 && tries < MOST_TRIES {
        let mut from = 0;
        while from < acts.len() && tries < MOST_TRIES {
            let mut fewer = acts.clone();
            fewer.drain(from..(from + part).min(fewer.len()));
            tries += 1;
            match run(app, &format!("{name}-{tries}"), &fewer, look).await {
                Err(still) => (acts, why) = (fewer, still),
                Ok(_) => from += part,
            }
        }
        part /= 2;
    }
    (acts, why)
}

/// So many sequences, the first by this seed and each by the next. Answers how often each act was done; a sequence that fails is
/// shortened and told.
pub async fn play(
    app: &TestApp,
    seed: u64,
    sequences: u64,
    look: impl AsyncFn(&Shop<'_>, Step<'_>) -> Result<(), String>,
) -> BTreeMap<Kind, usize> {
    app.on_this_machine();
    let mut done: BTreeMap<Kind, usize> = BTreeMap::new();
    for at in 0..sequences {
        let seed = seed.wrapping_add(at);
        let (name, acts) = (format!("random-{at}"), sequence(seed));
        match run(app, &name, &acts, &look).await {
            Ok(kinds) => kinds.into_iter().for_each(|kind| *done.entry(kind).or_default() += 1),
            Err(why) => {
                let (acts, why) = shortened(app, &name, acts, why, &look).await;
                let told: Vec<String> = acts.iter().map(|act| format!("    {act:?}")).collect();
                panic!("OWED_RANDOM_SEED={seed} OWED_RANDOM_SEQUENCES=1\n{}\n{why}", told.join("\n"));
            }
        }
    }
    println!("{:?}: {sequences} sequences, {} acts were done: {done:?}", app.engine(), done.values().sum::<usize>());
    done
}
