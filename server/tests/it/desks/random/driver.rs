//! Throws acts by a seed, does them in a business of their own, has somebody look after each, and shortens what fails.
//!
//! Several sequences are played at a time, one on each core: each lane has an installation of its own, because a clock is shared by
//! all businesses of one, and a fresh one after [`TOGETHER`] sequences, so that the clock does not run on for decades. Limits:
//! [`MOST_TRIES`] to shorten. Who looks, and at what, is the caller's.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use engine::db::EngineKind;
use server::papers::Papers;

use super::acts::{Act, Kind};
use super::model::{Model, What};
use super::shop::Shop;
use crate::desks::office::Office;
use crate::kit::{Place, TestApp};

const SHORTEST: u64 = 5;
const LONGEST: u64 = 60;
/// So many sequences share an installation.
const TOGETHER: u64 = 10;
/// Both databases take turns.
const ENGINES: [EngineKind; 2] = [EngineKind::Sqlite, EngineKind::Postgres];
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
    app.on_this_machine();
    let office = Office::open(app, name).await;
    let mut shop = Shop::open(office).await;
    shop.comes_in().await;
    let mut done = Vec::new();
    for (at, act) in acts.iter().enumerate() {
        let wrong = |what: String| format!("act {}, {act:?}: {what}", at + 1);
        let before = shop.model.clone();
        if shop.does(act).await.map_err(wrong)? {
            done.push(act.0);
        }
        shop.comes_in().await;
        shop.follow_invoices_there().await;
        shop.figures_agree().await.map_err(wrong)?;
        shop.books_agree().await.map_err(wrong)?;
        let step = Step { is_last: at + 1 == acts.len(), before: &before };
        look(&shop, step).await.map_err(wrong)?;
    }
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

/// What is played, by whom, and what came of it.
struct Play<'p, L> {
    papers: Papers,
    seed: u64,
    sequences: u64,
    began: Instant,
    look: &'p L,
    /// The next portion that nobody plays yet.
    next: &'p AtomicU64,
    failed: &'p AtomicBool,
}

/// How often each kind of act was done on each database.
pub type Done = BTreeMap<&'static str, BTreeMap<Kind, usize>>;

/// So many sequences on each database, the first by this seed and each by the next. Answers how often each act was done; a sequence
/// that fails is shortened and told.
pub fn play<L>(papers: Papers, seed: u64, sequences: u64, look: L) -> Done
where
    L: AsyncFn(&Shop<'_>, Step<'_>) -> Result<(), String> + Sync,
{
    let (began, lanes) = (Instant::now(), std::thread::available_parallelism().map_or(1, NonZero::get));
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let play = Play { papers, seed, sequences, began, look: &look, next: &next, failed: &failed };
    let mut done = Done::new();
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(|| play.lane())).collect();
        for lane in lanes {
            let of_lane = lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (engine, kinds) in of_lane {
                let sums = done.entry(engine).or_default();
                kinds.into_iter().for_each(|(kind, count)| *sums.entry(kind).or_default() += count);
            }
        }
    });
    for (engine, kinds) in &done {
        println!("{engine}: {sequences} sequences, {} acts were done: {kinds:?}", kinds.values().sum::<usize>());
    }
    println!("{:?} for both, {lanes} at a time", began.elapsed());
    done
}

impl<L: AsyncFn(&Shop<'_>, Step<'_>) -> Result<(), String>> Play<'_, L> {
    /// Plays portions until none is left, or somebody failed.
    fn lane(&self) -> Done {
        let mut done = Done::new();
        while !self.failed.load(Ordering::SeqCst) {
            let portion = self.next.fetch_add(1, Ordering::SeqCst);
            let (engine, from) = (ENGINES[usize::from(!portion.is_multiple_of(2))], portion / 2 * TOGETHER);
            if from >= self.sequences {
                break;
            }
            let place = Place::on(engine);
            let name = if engine == EngineKind::Sqlite { "SQLite" } else { "PostgreSQL" };
            let kinds = std::cell::RefCell::new(done.remove(name).unwrap_or_default());
            TestApp::at(&place, self.papers, &async |app: &TestApp| {
                for at in from..(from + TOGETHER).min(self.sequences) {
                    let of_sequence = self.sequence(app, name, at).await;
                    of_sequence.into_iter().for_each(|kind| *kinds.borrow_mut().entry(kind).or_insert(0) += 1);
                }
            });
            done.insert(name, kinds.into_inner());
            println!(
                "{name}: sequences {from} to {} agree, {:?} so far",
                (from + TOGETHER).min(self.sequences) - 1,
                self.began.elapsed()
            );
        }
        done
    }

    async fn sequence(&self, app: &TestApp, engine: &'static str, at: u64) -> Vec<Kind> {
        let seed = self.seed.wrapping_add(at);
        let _told = Told { engine, seed, failed: self.failed };
        let (name, acts) = (format!("random-{at}"), sequence(seed));
        match run(app, &name, &acts, self.look).await {
            Ok(kinds) => kinds,
            Err(first) => {
                let (acts, why) = shortened(app, &name, acts, first.clone(), self.look).await;
                let told: Vec<String> = acts.iter().map(|act| format!("    {act:?}")).collect();
                panic!("{first}\nshortened:\n{}\n{why}", told.join("\n"));
            }
        }
    }
}

/// Says which sequence it was when anything panics, and has the other lanes end.
struct Told<'p> {
    engine: &'static str,
    seed: u64,
    failed: &'p AtomicBool,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.failed.store(true, Ordering::SeqCst);
            eprintln!("on {}: OWED_RANDOM_SEED={} OWED_RANDOM_SEQUENCES=1", self.engine, self.seed);
        }
    }
}
