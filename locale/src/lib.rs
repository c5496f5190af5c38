//! What a reader of one language and place is told: sentences, and money, numbers and days as they are written there.
//!
//! Pure: no disk, no clock, no network. Sentences stand in `locales/<language>/*.ftl` (Fluent) and are compiled in; digits,
//! their groups and points come from CLDR as ICU4X carries it, currencies' signs and days from small tables here. Invariants: every language has every key
//! with the same arguments, and every key is used (`tests/keys.rs`); what is printed has exactly the digits of the
//! amount; a tag that is not understood is refused at the border and read as English behind it. The one thing that callers
//! hold is a [`Tongue`]. Amounts that people type are read as their place writes them; other fields stay with whoever takes
//! them. Left out on purpose: digits other than 0 to 9.

mod days;
mod language;
mod numbers;
mod reading;
mod sentences;
mod tag;
mod tongue;

pub use language::Language;
pub use numbers::Written;
pub use sentences::{Sentence, plain};
pub use tag::{BadLocale, Locale};
pub use tongue::Tongue;
