//! What users write is data: markup, endless words, other scripts and pictures print as they are or as a box, and
//! never break a paper.

use books::money::Money;
use books::paper::{AgeingStrip, Fact, PayPanel};

use super::pages::Pages;
use super::samples;

/// Typst markup, code and escapes; the page must show them letter by letter.
const MARKUP: [&str; 8] = [
    "#panic(\"no\")",
    "*bold* _it_ `raw`",
    "$x^2$ @ref <label>",
    "= Heading // note",
    "- item + item / term:",
    "#import \"x.typ\": *",
    "\\u{41} ~ --- ...",
    "]#{)(}[ \" '",
];

#[test]
fn markup_is_shown_not_run() {
    for markup in MARKUP {
        let mut paper = samples::order();
        paper.customer.name = markup.into();
        paper.description = markup.into();
        paper.message = markup.into();
        paper.notes = vec![markup.into()];
        paper.head.business.footer = markup.into();
        paper.body.lines[0].description = markup.into();
        paper.body.lines[0].detail = markup.into();
        paper.reference = markup.into();
        let pages = Pages::of(crate::order::print(&paper));
        let times = pages.all().matches(markup).count();
        assert!(times >= 8, "{markup:?} is shown {times} times:\n{}", pages.all());
        assert!(crate::order(&paper).is_ok());
    }
}

#[test]
fn endless_words_stay_within_the_page() {
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(4);
    let mut paper = samples::order();
    paper.customer.name = word.clone();
    paper.customer.address = vec![word.clone()];
    paper.head.business.name = word.clone();
    paper.head.business.email = format!("{word}@fern.example");
    paper.head.business.footer = word.clone();
    paper.description = word.clone();
    paper.reference = word.clone();
    paper.number = Some(word.clone());
    paper.message = word.clone();
    paper.notes = vec![word.clone()];
    paper.body.lines[0].description = word.clone();
    paper.body.lines[0].quantity = "1234567890.1234 kilogram-meters".into();
    // Numbers are ours: a prefix, a year and digits.
    paper.payments[0].number = "PAYMENTS-OF-2026-0000000042".into();
    paper.pay = Some(PayPanel {
        url: format!("https://pay.fern.example/{}", "a".repeat(300)),
        text: word.clone(),
        bank: vec![Fact { label: "IBAN".into(), value: word }],
    });
    let pages = Pages::of(crate::order::print(&paper));
    pages.assert_within_margins();
    pages.assert_nothing_overlaps();
    assert!(pages.has_no_invisible_letters(), "a reader who copies the text takes along what stands there");
    assert!(crate::order(&paper).is_ok());
}

#[test]
fn endless_names_and_the_largest_amounts_stay_in_their_columns() {
    let mut paper = samples::statement();
    let closing = paper.closing;
    let usd = |minor| Money { minor, ..closing };
    let [fifth, all] = [160_000_000_000_000, 800_000_000_000_000].map(usd);
    let [owed, sum] = [-400_000_000_000_000, -800_000_000_000_000].map(usd);
    (paper.opening, paper.closing, paper.last_closing) = (owed, sum, None);
    paper.movements.truncate(1);
    (paper.movements[0].amount, paper.movements[0].balance) = (owed, sum);
    paper.entered_since = Vec::new();
    let free_credit = usd(0);
    paper.ageing = AgeingStrip { current: fifth, d1_30: fifth, d31_60: fifth, d61_90: fifth, d90_plus: fifth, free_credit };
    paper.open_items.truncate(1);
    (paper.open_items[0].amount, paper.open_items[0].open) = (all, all);
    paper.customer.name = "W".repeat(60);
    paper.customer.reference = "WMWMWMWMWMWMWMWMWMWMWM".into();
    paper.head.business.name = "Lebensversicherungsgesellschaft Rindfleischetikettierung".into();
    paper.customer.address = vec!["Taumatawhakatangihangakoauauotamatea 12".into()];
    let wide = Pages::of(crate::statement::print(&paper));
    wide.assert_within_margins();
    wide.assert_nothing_overlaps();
}

#[test]
fn other_scripts_and_pictures_do_not_break_a_paper() {
    for (text, shown) in [
        ("שלום עולם", "שלום"),
        // Letters drawn as stem and dots come back in pieces.
        ("مرحبا بالعالم", "م"),
        ("Ελληνικά и кириллица", "Ελληνικά и кириллица"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("สวัสดีชาวโลก", "สวัสดี"),
        ("Tiếng Việt, Łódź, Ærø, İstanbul", "Tiếng Việt, Łódź, Ærø, İstanbul"),
        ("日本語", "□□□"),
        ("Cafe\u{301} 🥐👩🏽‍🍳 ☕", "□"),
        ("a\u{0}b\u{7}c\u{202e}d\u{feff}e\u{e000}", "abcde□"),
        ("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "e"),
        ("ffi fl ﬁ ½ № ™ ‰ ² ⁿ → ✓ ∞", "ffi fl"),
    ] {
        let mut paper = samples::order();
        paper.customer.name = text.into();
        paper.body.lines[0].description = format!("{text} 12 {text} (a) {text}");
        paper.message = format!("{text}\n{}", text.repeat(30));
        let all = Pages::of(crate::order::print(&paper)).all();
        assert!(all.contains(shown), "{text:?} is not shown as {shown:?}:\n{all}");
        let bytes = crate::order(&paper).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert!(bytes.starts_with(b"%PDF-1.7"));
        let archival = bytes.windows(21).any(|window| window == b"<pdfaid:conformance>A");
        assert!(archival, "{text:?} costs the standard");
    }
}

#[test]
fn a_message_in_hebrew_runs_from_the_right() {
    let mut paper = samples::order();
    paper.message = "12 שולחנות מוכנים".into();
    assert!(Pages::of(crate::order::print(&paper)).reaches_right_margin("שולחנות"));
    paper.message = "12 tables: שולחנות".into();
    assert!(!Pages::of(crate::order::print(&paper)).reaches_right_margin("שולחנות"));
}

#[test]
fn empty_texts_print_an_empty_paper() {
    let mut paper = samples::receipt();
    paper.head.business = Default::default();
    paper.customer = Default::default();
    paper.number = String::new();
    paper.message = String::new();
    paper.applied[0].number = String::new();
    paper.applied[0].description = String::new();
    let all = Pages::of(crate::receipt::print(&paper)).all();
    assert!(all.contains("$400.00"));
    assert!(crate::receipt(&paper).is_ok());
}
