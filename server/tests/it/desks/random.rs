//! Random business through the API, against a second opinion kept cent by cent (`model.rs`).
//!
//! After every act the API's figures agree with it, and what the act answered (done or refused) does too; every few acts the pages
//! of staff and payers, the papers, the traces and the reports show the same amount due; at the end of each sequence the checker
//! of the books agrees. A failure prints the shortest sequence found that still fails. `OWED_RANDOM_SEED` and
//! `OWED_RANDOM_SEQUENCES` ask for other numbers and for more of them.

mod acts;
mod model;
mod surfaces;

use std::collections::BTreeMap;

use acts::{Act, Kind};
use surfaces::Surfaces;

use super::office::Office;
use crate::kit::TestApp;

/// The same numbers each time, unless somebody asks for others.
const SEED: u64 = 20_260_115;
/// Sized so that one database takes less than a minute.
const SEQUENCES: u64 = 45;
const SHORTEST: u64 = 15;
const LONGEST: u64 = 60;
/// All surfaces are looked at after so many acts, and at the end.
const LOOKS: usize = 12;
/// How often a failing sequence is tried again to shorten it.
const MOST_TRIES: usize = 60;

fn number(name: &str, otherwise: u64) -> u64 {
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
    (0..length).map(|_| Act::thrown([dice.throw(), dice.throw(), dice.throw(), dice.throw()])).collect()
}

/// Does the acts in a business of their own. Answers those that could be done, or what went wrong.
async fn run(app: &TestApp, name: &str, acts: &[Act]) -> Result<Vec<Kind>, String> {
    let office = Office::open(app, name).await;
    let mut shop = acts::Shop::open(office).await;
    let mut done = Vec::new();
    for (at, act) in acts.iter().enumerate() {
        let wrong = |what: String| format!("act {}, {act:?}: {what}", at + 1);
        if shop.does(act).await.map_err(wrong)? {
            done.push(act.0);
        }
        shop.figures_agree().await.map_err(wrong)?;
        if at % LOOKS == LOOKS - 1 || at == acts.len() - 1 {
            Surfaces::of(&shop).await.agree().await.map_err(wrong)?;
        }
    }
    shop.books_agree().await?;
    shop.closes().await;
    Ok(done)
}

/// Leaves acts out as long as it still fails.
async fn shortened(app: &TestApp, name: &str, mut acts: Vec<Act>, mut why: String) -> (Vec<Act>, String) {
    let mut tries = 0;
    let mut part = acts.len() / 2;
    while part > 0 && tries < MOST_TRIES {
        let mut from = 0;
        while from < acts.len() && tries < MOST_TRIES {
            let mut fewer = acts.clone();
            fewer.drain(from..(from + part).min(fewer.len()));
            tries += 1;
            match run(app, &format!("{name}-{tries}"), &fewer).await {
                Err(still) => (acts, why) = (fewer, still),
                Ok(_) => from += part,
            }
        }
        part /= 2;
    }
    (acts, why)
}

#[test]
fn random_business_agrees_with_a_second_opinion_everywhere() {
    let (seed, sequences) = (number("OWED_RANDOM_SEED", SEED), number("OWED_RANDOM_SEQUENCES", SEQUENCES));
    println!("OWED_RANDOM_SEED={seed} OWED_RANDOM_SEQUENCES={sequences}");
    TestApp::both(async |app| {
        app.on_this_machine();
        let mut done: BTreeMap<Kind, usize> = BTreeMap::new();
        for at in 0..sequences {
            let (name, acts) = (format!("random-{at}"), sequence(seed.wrapping_add(at)));
            match run(app, &name, &acts).await {
                Ok(kinds) => kinds.into_iter().for_each(|kind| *done.entry(kind).or_default() += 1),
                Err(why) => {
                    let (acts, why) = shortened(app, &name, acts, why).await;
                    let told: Vec<String> = acts.iter().map(|act| format!("    {act:?}")).collect();
                    let seed = seed.wrapping_add(at);
                    panic!("OWED_RANDOM_SEED={seed} OWED_RANDOM_SEQUENCES=1\n{}\n{why}", told.join("\n"));
                }
            }
        }
        println!("{:?}: {} acts were done: {done:?}", app.engine(), done.values().sum::<usize>());
        // Acts that are always refused would prove nothing.
        let never: Vec<Kind> = Kind::all().filter(|kind| !done.contains_key(kind)).collect();
        assert!(sequences < SEQUENCES || never.is_empty(), "never done: {never:?}");
    });
}
