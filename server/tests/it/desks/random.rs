//! Random business through the API, against a second opinion kept cent by cent (`model.rs`).
//!
//! After every act the API's figures agree with it, and so does what the act answered (done or refused), and the checker of the books
//! agrees; of each document that it touched, and of the account, the pages of staff and payers, the papers, the traces and the
//! reports show the same amount due. At the end of each sequence all documents and lists are looked at. A failure prints the shortest
//! sequence found that still fails. `OWED_RANDOM_SEED` and `OWED_RANDOM_SEQUENCES` ask for other numbers and for more of them.
//! Left out: the text of PDFs, which are no more than their amount due here.

mod acts;
mod driver;
mod figures;
mod model;
mod shop;
mod surfaces;
mod visits;

use acts::Kind;
use driver::{number, play};
use surfaces::Surfaces;

use crate::kit::plain;

/// The same numbers each time, unless somebody asks for others.
const SEED: u64 = 20_260_115;
/// Sized so that both databases take less than two minutes on two cores, as developers build it.
const SEQUENCES: u64 = 20;
/// Of so many sequences every kind of act has to be done at least once.
const EVERY_KIND: u64 = 200;

#[test]
fn random_business_agrees_with_a_second_opinion_everywhere() {
    let (seed, sequences) = (number("OWED_RANDOM_SEED", SEED), number("OWED_RANDOM_SEQUENCES", SEQUENCES));
    println!("OWED_RANDOM_SEED={seed} OWED_RANDOM_SEQUENCES={sequences}");
    let done = play(plain(), seed, sequences, async |shop, step| Surfaces(shop).agree(&step).await);
    // Acts that are always refused would prove nothing.
    for (engine, done) in done {
        let never: Vec<Kind> = Kind::all().filter(|kind| !done.contains_key(kind)).collect();
        assert!(sequences < EVERY_KIND || never.is_empty(), "never done on {engine}: {never:?}");
    }
}
