//! The faces that are printed with, and the gate that every text passes before it is.
//!
//! Inter for Latin, Greek and Cyrillic; small Noto faces for Arabic, Hebrew, Devanagari and Thai. Invariant: what leaves [`printable`] has a glyph for every character, because a character without
//! one is a breach of PDF/A: it is shown as an empty box. Left out on purpose: Chinese, Japanese and Korean, whose
//! fonts are larger than the whole program.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

static EMBEDDED: [&[u8]; 8] = [
    include_bytes!("../fonts/Inter-Regular.ttf"),
    include_bytes!("../fonts/Inter-Medium.ttf"),
    include_bytes!("../fonts/Inter-SemiBold.ttf"),
    include_bytes!("../fonts/InterDisplay-SemiBold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../fonts/NotoSansThai-Regular.ttf"),
];

pub(crate) static FACES: LazyLock<Faces> = LazyLock::new(Faces::load);

/// Longer runs without a place to break are given one every so many characters, so that no word leaves its column.
const LONGEST_WORD: usize = 24;
/// Shown for a character that no face can show.
const BOX: char = '\u{25a1}';
const BREAK_HERE: char = '\u{200b}';

pub(crate) struct Faces {
    pub(crate) fonts: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
    /// Every character that some face shows, ascending.
    covered: Vec<u32>,
}

impl Faces {
    fn load() -> Faces {
        let fonts: Vec<Font> = EMBEDDED.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
        let mut covered: Vec<u32> = fonts.iter().flat_map(|font| font.info().coverage.iter()).collect();
        covered.sort_unstable();
        covered.dedup();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Faces { fonts, book, covered }
    }

    fn shows(&self, letter: char) -> bool {
        self.covered.binary_search(&u32::from(letter)).is_ok()
    }
}

/// The text as it can be printed: line breaks kept, tabs as spaces, invisible controls dropped, a box for what no
/// face can show, and places to break within very long words.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for letter in text.chars().filter_map(visible) {
        run = if letter.is_whitespace() || letter == BREAK_HERE || breaks_after(letter) { 0 } else { run + 1 };
        if run > LONGEST_WORD && !is_mark(letter) {
            out.push(BREAK_HERE);
            run = 1;
        }
        out.push(letter);
    }
    out
}

fn visible(letter: char) -> Option<char> {
    match letter {
        '\n' => Some('\n'),
        '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        ' '..='~' => Some(letter),
        // Joiners matter to Arabic and Indic scripts; other format characters have no glyph to stand for them.
        '\u{200b}'..='\u{200d}' => Some(letter),
        '\u{ad}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => None,
        // Private use means nothing to a reader and is forbidden in PDF/A.
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => Some(BOX),
        _ if letter.is_control() => None,
        _ if FACES.shows(letter) => Some(letter),
        _ => Some(BOX),
    }
}

/// Characters after which a line may end anyway.
fn breaks_after(letter: char) -> bool {
    matches!(letter, '-' | '\u{2013}' | '\u{2014}') || letter >= '\u{2e80}'
}

/// Marks that belong to the letter before them: a break between the two would tear it apart.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_a_font() {
        let families: Vec<(&str, u16)> =
            FACES.fonts.iter().map(|font| (font.info().family.as_str(), font.info().variant.weight.to_number())).collect();
        assert_eq!(families[..4], [("Inter", 400), ("Inter", 500), ("Inter", 600), ("Inter Display", 600)]);
        assert_eq!(families.len(), EMBEDDED.len());
    }

    #[test]
    fn what_has_no_glyph_becomes_a_box_and_controls_go() {
        for (text, want) in [
            ("Caf\u{e9} #1 *x* _y_ $z$ @q", "Caf\u{e9} #1 *x* _y_ $z$ @q"),
            ("a\tb\r\nc\u{7}\u{0}", "a b\nc"),
            ("\u{1f950} bread \u{fe0f}\u{e001}", "\u{25a1} bread \u{25a1}"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("\u{6771}\u{4eac}", "\u{25a1}\u{25a1}"),
            (
                "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627}",
                "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627}",
            ),
        ] {
            assert_eq!(printable(text), want, "{text:?}");
        }
    }

    #[test]
    fn long_words_can_break_and_short_ones_are_left_alone() {
        let long = printable(&"x".repeat(60));
        assert_eq!(long.chars().filter(|c| *c == BREAK_HERE).count(), 2);
        assert_eq!(printable("INV-2026-00042 and words of a usual length"), "INV-2026-00042 and words of a usual length");
    }

    #[test]
    fn every_currency_sign_has_a_glyph() {
        for sign in
            ["€", "£", "¥", "₹", "₩", "₪", "₫", "₦", "₱", "₴", "₺", "₸", "₾", "₽", "−", "\u{202f}", "\u{a0}", "→", "·", "×"]
        {
            assert_eq!(printable(sign), sign);
        }
    }
}
