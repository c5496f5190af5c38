//! What was typed into a search, as the pattern of a `like`.
//!
//! Invariant: every sign of the text stands for itself. What it is compared with is in small letters already, or `{folded:…}`.

/// A pattern for `like … escape '!'`; empty when nothing but spaces was typed.
pub(super) fn anywhere(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return text;
    }
    let plain: String =
        text.chars().flat_map(|sign| matches!(sign, '%' | '_' | '!').then_some('!').into_iter().chain([sign])).collect();
    format!("%{plain}%")
}

/// A pattern for a bare `like`, because an index by trigrams does not serve one with an escape: signs that mean something there
/// stand for any sign, so that whoever asks looks at what was found once more.
pub(super) fn around(text: &str) -> String {
    format!("%{}%", text.replace(['%', '_', '\\'], "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_stands_for_itself() {
        assert_eq!(anywhere(" Éclair "), "%éclair%");
        assert_eq!(anywhere("50% of_a!"), "%50!% of!_a!!%");
        assert_eq!(anywhere("  "), "");
        assert_eq!(around("50%\\_"), "%50___%");
    }
}
