//! The words of a line.

use books::account::When;

use crate::shop::day;

/// The words of a line that are left, taken from the front or by key.
pub struct Words<'a>(pub Vec<&'a str>);

impl<'a> Words<'a> {
    pub fn next(&mut self) -> &'a str {
        assert!(!self.0.is_empty(), "a word is missing");
        self.0.remove(0)
    }

    pub fn flag(&mut self, word: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|known| *known != word);
        self.0.len() < before
    }

    /// The word after `key`.
    pub fn after(&mut self, key: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|known| *known == key)?;
        self.0.remove(at);
        Some(self.0.remove(at))
    }
}

/// `on DAY`, or today.
pub fn when(words: &mut Words<'_>) -> When {
    words.after("on").map_or(When::Today, |text| When::On(day(text)))
}
