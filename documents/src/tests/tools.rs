//! Papers as other programs read them: qpdf, poppler's pdftotext, and the package factur-x of PyPI.
//!
//! Each runs where it is installed; where it is not, the log says that the check was off. What can be seen without them is
//! tested elsewhere.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use books::money::Money;
use books::paper::Paper;

use super::samples::{
    self,
    spoken::{LANGUAGES, one_of_each},
};
use crate::PaperError;

/// A file of this test process, gone when the test ends.
struct Kept(PathBuf);

impl Kept {
    fn new(name: &str, bytes: &[u8]) -> Kept {
        let path = std::env::temp_dir().join(format!("owed-paper-{}-{name}.pdf", std::process::id()));
        std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("a temporary file");
        Kept(path)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What the program said; none where it is not installed.
fn said(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], file: &Path) -> Option<Output> {
    let output = Command::new(program.as_ref()).args(arguments).arg(file).arg("-").output();
    match output {
        Ok(output) => Some(output),
        Err(_) => {
            println!("off: {} is not installed", program.as_ref().display());
            None
        }
    }
}

fn papers() -> Vec<(&'static str, Result<Vec<u8>, PaperError>)> {
    vec![
        ("order", crate::order(&samples::order())),
        ("order-long", crate::order(&samples::long_order(80))),
        ("invoice", crate::invoice(&samples::invoice(), None)),
        ("invoice-electronic", crate::invoice(&samples::invoice_with_sheet(), Some(XML))),
        ("credit-note", crate::credit_note(&samples::credit_note(), Some(XML))),
        ("receipt", crate::receipt(&samples::receipt())),
        ("refund", crate::refund(&samples::refund())),
        ("statement", crate::statement(&samples::statement())),
        ("letter", crate::letter(&samples::letter())),
    ]
}

/// Stands for an electronic invoice; what one says is the business of the crate that writes it.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"><rsm:ExchangedDocument/></rsm:CrossIndustryInvoice>\n";

#[test]
fn qpdf_finds_nothing_wrong() {
    let spoken = LANGUAGES.iter().flat_map(|language| {
        let named = move |paper: Paper| (format!("{}-{language}", paper.kind().word()), crate::draw(&paper, None));
        one_of_each(language).into_iter().map(named)
    });
    for (name, paper) in papers().into_iter().map(|(name, paper)| (name.to_owned(), paper)).chain(spoken) {
        let file = Kept::new(&format!("sound-{name}"), &paper.expect("a good paper"));
        let Ok(output) = Command::new("qpdf").arg("--check").arg(&file.0).output() else {
            println!("off: qpdf is not installed");
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("No syntax or stream encoding errors"), "{name}: {text}");
    }
}

/// Every amount on the paper, and no other: those of the values, as English papers write them.
#[test]
fn pdftotext_finds_exactly_the_amounts_of_the_values() {
    let paper = samples::order();
    let file = Kept::new("amounts", &crate::order(&paper).expect("a good paper"));
    let Some(output) = said("pdftotext", &["-layout"], &file.0) else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_amount = |word: &&str| {
        let digits = word.trim_start_matches(['−', '$']);
        digits.split_once('.').is_some_and(|(whole, cents)| {
            cents.len() == 2 && !whole.is_empty() && whole.bytes().chain(cents.bytes()).all(|b| b.is_ascii_digit() || b == b',')
        })
    };
    let mut printed: Vec<String> =
        text.split_whitespace().filter(is_amount).map(|word| word.trim_start_matches(['−', '$']).to_owned()).collect();
    let standing = &paper.standing;
    let mut wanted: Vec<String> =
        paper.body.lines.iter().flat_map(|line| [line.unit_amount, line.net]).map(|m| m.to_grouped()).collect();
    // Total and due stand in the sums; due in the headline, paid and due under the ribbon, paid in the sums and its payment.
    wanted.extend([standing.total, standing.amount_due, standing.amount_due, standing.amount_due].map(|m| m.to_grouped()));
    wanted.extend([standing.paid, standing.paid, standing.paid].map(|m| m.to_grouped()));
    printed.sort();
    wanted.sort();
    assert_eq!(printed, wanted, "{text}");
}

/// An amount without sign and currency, as this language writes it: `1,234.50`. Where groups stand apart, its last group.
fn amount(word: &str, language: &str) -> Option<String> {
    let (point, group) = if language == "en" { ('.', ',') } else { (',', '.') };
    let digits = word.trim_start_matches(['−', '-', '$', '€', '(']).trim_end_matches([')', ';', ',', '$', '€']);
    let (whole, cents) = digits.split_once(point)?;
    let good = cents.len() == 2
        && !whole.is_empty()
        && whole.chars().all(|c| c.is_ascii_digit() || c == group)
        && cents.bytes().all(|b| b.is_ascii_digit());
    let last = whole.rsplit(group).next().unwrap_or(whole);
    good.then(|| if language == "en" { digits.to_owned() } else { format!("{last}.{cents}") })
}

/// Every amount in a text, sorted.
fn amounts_in(text: &str, language: &str) -> Vec<String> {
    let mut all: Vec<String> = text.split(|c: char| c.is_whitespace()).filter_map(|word| amount(word, language)).collect();
    all.sort();
    all
}

/// Every text among the data of a template, with spaces between.
fn texts_of(data: &serde_json::Value) -> String {
    match data {
        serde_json::Value::String(text) => format!("{text} "),
        serde_json::Value::Array(all) => all.iter().map(texts_of).collect(),
        serde_json::Value::Object(all) => all.values().map(texts_of).collect(),
        _ => String::new(),
    }
}

/// Every amount of the values, whatever its sign.
fn amounts_of(paper: &Paper) -> std::collections::BTreeSet<String> {
    let shown = format!("{paper:?}");
    let words = shown.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|word| word.contains('.'));
    let mut all: std::collections::BTreeSet<String> =
        words.filter_map(|word| Money::parse(word, samples::usd("0").currency).ok()).map(Money::to_grouped).collect();
    // What the values come to before tax, and what a credit note set free, are sums that they know of themselves.
    let body = match paper {
        Paper::Order(paper) => Some(&paper.body),
        Paper::Invoice(paper) => Some(&paper.body),
        Paper::CreditNote(paper) => Some(&paper.body),
        _ => None,
    };
    all.extend(body.and_then(|body| body.subtotal().ok()).map(Money::to_grouped));
    if let Paper::CreditNote(paper) = paper {
        all.extend(paper.freed().ok().map(Money::to_grouped));
    }
    if let Paper::Statement(paper) = paper {
        for charges in [true, false] {
            let side = paper.movements.iter().map(|row| row.amount.minor).filter(|minor| (*minor < 0) == charges);
            all.insert(Money::new(side.sum::<i64>().abs(), samples::usd("0").currency).to_grouped());
        }
    }
    all
}

/// No template loses a figure or shows one twice that its data have once, and no figure is anything but one of the values, which are
/// those of the API.
#[test]
fn each_document_prints_the_amounts_of_its_values_and_no_others() {
    for language in LANGUAGES {
        for paper in one_of_each(language) {
            let word = paper.kind().word();
            let file = Kept::new(&format!("amounts-{word}-{language}"), &crate::draw(&paper, None).expect("a good paper"));
            let Some(output) = said("pdftotext", &["-layout"], &file.0) else { return };
            let printed = amounts_in(&String::from_utf8_lossy(&output.stdout), language);
            let mut data: serde_json::Value =
                serde_json::from_str(&crate::data(&paper, None).expect("a good paper")).expect("it is JSON");
            // The file's own title and description, and the line above the pages that follow the first.
            for unprinted in ["title", "description", "running"] {
                data[unprinted] = serde_json::Value::Null;
            }
            let wanted = amounts_in(&texts_of(&data), language);
            assert_eq!(printed, wanted, "{word} in {language}: {}", String::from_utf8_lossy(&output.stdout));
            let values = amounts_of(&paper);
            let known = |one: &String| match language {
                "en" => values.contains(one),
                // Spanish groups from ten thousand on; of the others the last group was read.
                _ => values.iter().any(|value| value.replace(',', "") == *one || value.rsplit(',').next() == Some(one.as_str())),
            };
            assert!(printed.iter().all(known), "{word} in {language}: {printed:?} are not all among {values:?}");
            assert!(!printed.is_empty(), "{word} in {language} prints figures");
        }
    }
}

#[test]
fn an_electronic_invoice_is_found_inside() {
    let Some(python) = std::env::var_os("OWED_FACTURX_PYTHON") else {
        println!("off: OWED_FACTURX_PYTHON names no Python with the package factur-x");
        return;
    };
    let script = "import sys; from facturx import get_facturx_xml_from_pdf as get, get_facturx_level as level\n\
        name, xml = get(open(sys.argv[1], 'rb').read(), check_xsd=False)\n\
        from pypdf import PdfReader\n\
        meta = PdfReader(sys.argv[1]).trailer['/Root']['/Metadata'].get_data().decode()\n\
        facts = [n for n in ('DocumentFileName>factur-x.xml<', 'DocumentType>INVOICE<', 'Version>1.0<', 'ConformanceLevel>EN 16931<') if 'fx:' + n in meta]\n\
        bags = meta.count('<pdfaExtension:schemas>')\n\
        print(name, xml.decode() == sys.stdin.read(), len(facts), bags, 'pdfaid:part>3<' in meta)";
    for (name, paper) in papers().into_iter().filter(|(name, _)| ["invoice-electronic", "credit-note"].contains(name)) {
        let file = Kept::new(&format!("inside-{name}"), &paper.expect("a good paper"));
        let mut child = Command::new(&python)
            .args(["-c", script])
            .arg(&file.0)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the Python that OWED_FACTURX_PYTHON names starts");
        child.stdin.take().expect("it was piped").write_all(XML.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "factur-x.xml True 4 1 True", "{name}");
    }
}

#[test]
fn a_paper_without_one_has_nothing_inside() {
    let plain = crate::invoice(&samples::invoice(), None).expect("a good paper");
    let electronic = crate::invoice(&samples::invoice(), Some(XML)).expect("a good paper");
    let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(!has(&plain, b"factur-x.xml") && !has(&plain, b"EmbeddedFile"));
    assert!(has(&electronic, b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"));
    assert!(has(&electronic, b"/EmbeddedFile"), "by which it is known that the template attached it");
    assert!(has(&electronic, b"<pdfaid:conformance>A<") && has(&electronic, b"<pdfuaid:part>1<"));
}
