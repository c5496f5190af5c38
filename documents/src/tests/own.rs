//! Templates of a business's own: ours, handed out, print what they printed; one that fails says where; none sees more than its
//! paper.

use books::paper::{Paper, PaperKind};

use super::samples;
use crate::{Mistake, built_in, data, draw, errand, perform};

fn papers() -> [Paper; 7] {
    [
        Paper::Order(samples::order()),
        Paper::Invoice(samples::invoice_with_sheet()),
        Paper::CreditNote(samples::credit_note()),
        Paper::Receipt(samples::receipt()),
        Paper::Refund(samples::refund()),
        Paper::Statement(samples::statement()),
        Paper::Letter(samples::letter()),
    ]
}

fn run(template: &str) -> Result<Vec<u8>, Vec<Mistake>> {
    perform(&errand(&Paper::Order(samples::order()), None, template).expect("a good paper"))
}

#[test]
fn our_templates_handed_out_print_what_they_printed() {
    for paper in papers() {
        let template = built_in(paper.kind());
        assert!(!template.contains("#import"), "it stands by itself");
        let made = perform(&errand(&paper, None, &template).expect("a good paper")).expect("a good template");
        assert!(made == draw(&paper, None).expect("a good paper"), "{:?} comes out otherwise", paper.kind());
    }
}

#[test]
fn a_logo_and_an_electronic_invoice_go_along() {
    let mut paper = samples::invoice();
    paper.head.business.logo = Some(books::paper::Logo { bytes: include_bytes!("../../tests/logo.png").to_vec() });
    let (paper, xml) = (Paper::Invoice(paper), Some("<rsm:CrossIndustryInvoice/>"));
    let made = perform(&errand(&paper, xml, &built_in(PaperKind::Invoice)).expect("a good paper")).expect("a good template");
    assert!(made == draw(&paper, xml).expect("a good paper"));
}

#[test]
fn a_template_of_a_few_lines_is_enough() {
    let made =
        run("#let d = json(\"data.json\")\n#set document(title: d.title)\n= #d.title\n#d.headline.amount").expect("it is sound");
    assert!(made.starts_with(b"%PDF"));
    let values = data(&Paper::Order(samples::order()), None).expect("a good paper");
    assert!(values.contains("\"headline\": {") && values.contains("\"amount\": \"$355.50\""), "{values}");
}

#[test]
fn a_mistake_is_named_with_its_line_and_column() {
    let mistakes = run("#let d = json(\"data.json\")\n\nTotal: #d.nothing_of_this_name\n").expect_err("there is no such field");
    let [Mistake { place, message }] = &mistakes[..] else { panic!("{mistakes:?}") };
    assert_eq!(*place, Some((3, 11)), "{message}");
    assert!(message.contains("nothing_of_this_name"), "{message}");
    let two = run("#let (\n= Heading").expect_err("it is not closed");
    assert_eq!(two[0].place.map(|place| place.0), Some(1), "{two:?}");
}

#[test]
fn nothing_but_the_paper_can_be_read() {
    for (line, why) in [
        ("#read(\"/etc/passwd\")", "access denied"),
        ("#read(\"../../../../etc/passwd\")", "path"),
        ("#read(\"frame.typ\")", "access denied"),
        ("#import \"@preview/cetz:0.3.0\": canvas", "access denied"),
        ("#import \"frame.typ\": *", "access denied"),
        ("#include \"other.typ\"", "access denied"),
        ("#image(\"https://else.example/x.png\")", "access denied"),
        ("#plugin(\"evil.wasm\")", "access denied"),
        ("#datetime.today()", "date"),
        ("#while true {}", "always true"),
        ("#let f(x) = f(x + 1)\n#f(0)", "call depth"),
    ] {
        let mistakes = run(line).expect_err(line);
        assert!(mistakes.iter().any(|one| one.message.to_lowercase().contains(why)), "{line}: {mistakes:?}");
        assert!(mistakes.iter().all(|one| one.place.is_some()), "{line}: {mistakes:?}");
    }
}

#[test]
fn an_errand_that_is_none_is_an_answer() {
    for errand in [&b""[..], b"no line", b"{}\n", b"\xff\n"] {
        assert!(perform(errand).is_err());
    }
}
