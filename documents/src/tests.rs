//! Papers as a reader gets them: what is printed where, compared with the golden texts in `tests/golden`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p documents` writes them anew; the difference is then read, not trusted. No tool is
//! needed: the text is taken from the laid out pages themselves.

#[path = "../tests/samples/mod.rs"]
mod samples;

mod hostile;
mod own;
mod pages;
mod tools;

use books::paper::{Logo, PageSize, PaperFault, PayPanel};
use pages::{Pages, check};

use crate::PaperError;
use crate::world::Print;

type Made = Result<Print, PaperError>;

#[test]
fn an_order_part_paid_and_amended() {
    check("order", crate::order::print(&samples::order()), 1);
}

#[test]
fn an_order_nobody_agreed_to_yet() {
    check("order-draft", crate::order::print(&samples::draft_order()), 1);
}

#[test]
fn an_application_paid_in_yen() {
    check("application-yen", crate::order::print(&samples::yen_order()), 1);
}

#[test]
fn an_order_of_three_pages() {
    check("order-long", crate::order::print(&samples::long_order(80)), 3);
}

#[test]
fn an_invoice_in_german_with_a_deposit() {
    check("invoice", crate::invoice::print(&samples::invoice()), 1);
}

#[test]
fn an_invoice_and_how_it_stands_now() {
    check("invoice-as-at", crate::invoice::print(&samples::invoice_with_sheet()), 2);
}

#[test]
fn a_credit_note_and_where_the_money_went() {
    check("credit-note", crate::credit_note::print(&samples::credit_note()), 1);
}

#[test]
fn a_receipt_for_a_card_payment() {
    check("receipt", crate::receipt::print(&samples::receipt()), 1);
}

#[test]
fn a_receipt_for_cash_some_of_it_paid_back() {
    check("receipt-cash", crate::receipt::print(&samples::cash_receipt()), 1);
}

#[test]
fn a_refund_to_the_card_it_came_from() {
    check("refund", crate::refund::print(&samples::refund()), 1);
}

#[test]
fn a_table_that_runs_over_a_page_carries_its_sum() {
    let paper = samples::long_order(80);
    let pages = Pages::of(crate::order::print(&paper));
    let mut sum = samples::usd("0");
    let mut lines = paper.body.lines.iter();
    for at in 0..pages.len() {
        let text = pages.text(at);
        let here = text.lines().filter(|line| line.starts_with("Part ")).count();
        for line in lines.by_ref().take(here) {
            sum = sum.plus(line.gross).expect("samples are small");
        }
        let carried = text.lines().find_map(|line| line.strip_prefix("Carried over  "));
        let wanted = (at + 1 < pages.len()).then(|| sum.to_grouped());
        assert_eq!(carried, wanted.as_deref(), "page {}:\n{text}", at + 1);
    }
    assert!(!Pages::of(crate::order::print(&samples::order())).all().contains("Carried over"));
}

#[test]
fn a_statement_whose_opening_moved() {
    check("statement", crate::statement::print(&samples::statement()), 2);
}

#[test]
fn a_letter_for_a_window_envelope() {
    check("letter", crate::letter::print(&samples::letter()), 1);
}

#[test]
fn the_face_of_an_invoice_does_not_change() {
    let issued = Pages::of(crate::invoice::print(&samples::invoice()));
    let later = Pages::of(crate::invoice::print(&samples::invoice_with_sheet()));
    assert_eq!(issued.text(0), later.text(0));
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let twice = |render: &dyn Fn() -> Result<Vec<u8>, PaperError>| {
        let (one, other) = (render().expect("a good paper"), render().expect("a good paper"));
        assert!(one == other, "two renders differ");
        one
    };
    let order = twice(&|| crate::order(&samples::order()));
    twice(&|| crate::invoice(&samples::invoice_with_sheet(), None));
    twice(&|| crate::statement(&samples::statement()));
    let mut paper = samples::order();
    paper.head.made.at = paper.head.made.at.plus_seconds(60);
    assert!(crate::order(&paper).expect("a good paper") != order, "another moment is another paper");
}

#[test]
fn every_paper_is_archival_and_accessible() {
    let papers = [
        crate::order(&samples::order()),
        crate::order(&samples::yen_order()),
        crate::invoice(&samples::invoice_with_sheet(), None),
        crate::credit_note(&samples::credit_note(), None),
        crate::receipt(&samples::receipt()),
        crate::refund(&samples::refund()),
        crate::statement(&samples::statement()),
        crate::letter(&samples::letter()),
    ];
    for (at, paper) in papers.into_iter().enumerate() {
        let bytes = paper.expect("a good paper");
        for mark in ["<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "/StructTreeRoot", "/Lang", "/Alt"] {
            let needed = mark != "/Alt" || at == 0;
            let found = bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
                || (mark.starts_with('/') && is_compressed(&bytes));
            assert!(found || !needed, "paper {at} lacks {mark}");
        }
    }
}

/// Whether the PDF keeps its objects in compressed streams, where they cannot be searched.
fn is_compressed(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|window| window == b"/ObjStm")
}

#[test]
fn a_thousand_lines_break_with_their_head() {
    let pages = Pages::of(crate::order::print(&samples::long_order(1_000)));
    assert!((20..=40).contains(&pages.len()), "{} pages", pages.len());
    for at in 0..pages.len() - 1 {
        let text = pages.text(at);
        assert!(text.contains("Description  Qty  Unit price  Tax  Amount"), "page {} has no head:\n{text}", at + 1);
        assert!(text.contains(&format!("Page {} / {}", at + 1, pages.len())), "page {} does not count itself", at + 1);
    }
    let all = pages.all();
    for row in 1..=1_000 {
        assert!(all.contains(&format!("Part {row:04}, ")), "line {row} is missing");
    }
    pages.assert_within_margins();
}

#[test]
fn amounts_stand_under_each_other() {
    for print in [crate::order::print(&samples::long_order(80)), crate::statement::print(&samples::statement())] {
        Pages::of(print).assert_amounts_end_together();
    }
}

#[test]
fn the_sheet_of_paper_is_the_one_asked_for() {
    let mut paper = samples::order();
    assert_eq!(Pages::of(crate::order::print(&paper)).size_in_points(), (612, 792));
    paper.head.page = PageSize::A4;
    assert_eq!(Pages::of(crate::order::print(&paper)).size_in_points(), (595, 842));
}

#[test]
fn nothing_due_means_no_way_to_pay() {
    let mut paper = samples::yen_order();
    paper.pay = Some(PayPanel::link("https://pay.fern.example/p/never"));
    assert!(!Pages::of(crate::order::print(&paper)).all().contains("pay.fern.example"));
}

#[test]
fn what_cannot_be_printed_is_refused_by_name() {
    let mut paper = samples::order();
    paper.standing.amount_due = samples::usd("355.49");
    assert!(matches!(crate::order(&paper), Err(PaperError::Fault(PaperFault::DoesNotAddUp { what: "amount due", .. }))));

    let mut paper = samples::order();
    paper.head.business.logo = Some(Logo { bytes: b"not a picture".to_vec() });
    assert!(matches!(crate::order(&paper), Err(PaperError::Logo(_))));

    let mut paper = samples::order();
    paper.pay = Some(PayPanel::link(format!("https://pay.fern.example/{}", "x".repeat(5_000))));
    assert!(matches!(crate::order(&paper), Err(PaperError::Link(5_025))));
}

#[test]
fn every_language_prints_every_paper() {
    for locale in ["en", "de", "fr", "es", "es-MX", "de-CH", "pt-BR", "zh-Hant-TW", "x", ""] {
        let mut order = samples::order();
        order.head.locale = locale.into();
        let mut statement = samples::statement();
        statement.head.locale = locale.into();
        let mut receipt = samples::cash_receipt();
        receipt.head.locale = locale.into();
        for print in [crate::order::print(&order), crate::statement::print(&statement), crate::receipt::print(&receipt)] {
            let pages = Pages::of(print);
            pages.assert_within_margins();
            assert!(!pages.all().contains('{'), "{locale}: a place was left unfilled");
        }
    }
}
