//! States in a word or two, and how good the news is.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use locale::Tongue;

/// How good the news is; gives a chip or a notice its color, beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    /// Under way, neither good nor bad.
    Quiet,
    /// A label rather than a state: no dot.
    Plain,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Quiet => "quiet",
            Tone::Plain => "plain",
        })
    }
}
impl HtmlSafe for Tone {}

/// A state in a word or two.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = r#"<span class="chip {{ tone }}">{{ text }}</span>"#, ext = "html")]
pub struct Chip {
    pub text: String,
    pub tone: Tone,
}
impl HtmlSafe for Chip {}

impl Chip {
    pub fn new(tone: Tone, text: impl Into<String>) -> Chip {
        Chip { text: text.into(), tone }
    }

    /// The chip of a published state (`part_paid`, `uncollectible`, …). A word has one meaning in every noun, so one
    /// table serves all; a word that is not in it is shown as it is, quietly.
    pub fn of_state(word: &str) -> Chip {
        let tone = match word {
            "paid" | "succeeded" | "completed" | "approved" | "active" | "live" | "applied" | "done" | "credit" => Tone::Ok,
            "pending" | "part_paid" | "part_applied" | "authorized" | "unknown" | "waiting_approval" | "untested" | "running"
            | "submitted" | "waiting" => Tone::Warn,
            "failed" | "overdue" | "uncollectible" | "returned" | "disputed" | "denied" | "bounced" | "failing" | "dead"
            | "lost" => Tone::Bad,
            "draft" | "void" | "canceled" | "withdrawn" | "reversed" | "revoked" | "expired" | "closed" | "disabled"
            | "refunded" => Tone::Plain,
            _ => Tone::Quiet,
        };
        Chip { text: sentence(word), tone }
    }

    /// The same in a reader's language.
    pub fn by(tongue: &Tongue, word: &str) -> Chip {
        let chip = Chip::of_state(word);
        if tongue.has("state", word) { Chip { text: tongue.one_of("state", word), ..chip } } else { chip }
    }
}

/// `waiting_approval` as a person would write it: `Waiting approval`.
fn sentence(word: &str) -> String {
    let text = match word {
        "part_paid" => "part-paid",
        "part_applied" => "part-applied",
        other => return capitalized(&other.replace('_', " ")),
    };
    capitalized(text)
}

/// With a capital letter, for words that do not stand within a sentence.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_become_words() {
        assert_eq!(Chip::of_state("part_paid"), Chip::new(Tone::Warn, "Part-paid"));
        assert_eq!(Chip::of_state("waiting_approval").text, "Waiting approval");
        assert_eq!(Chip::of_state("something_new"), Chip::new(Tone::Quiet, "Something new"));
    }
}
