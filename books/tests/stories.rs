//! What the rules of receivables come to, as stories: plain lines in, plain answers out, through one [`check`].
//!
//! The numbered cases are the worked numbers of the design; the others say what each rule does where they are silent.
//! Left out: pages, databases and processors, which run the same acts.

#[path = "stories/shop.rs"]
mod shop;
#[path = "stories/story/mod.rs"]
mod story;

#[path = "stories/cases.rs"]
mod cases;
#[path = "stories/ledger_doc.rs"]
mod ledger_doc;
#[path = "stories/naive.rs"]
mod naive;
#[path = "stories/random/mod.rs"]
mod random;
#[path = "stories/reading.rs"]
mod reading;
#[path = "stories/rules/mod.rs"]
mod rules;
