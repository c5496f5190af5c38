//! What papers say in their own text: after every act of a random business, each paper that it touched is printed by the typesetter,
//! read back by poppler's `pdftotext`, and says the figures of the second opinion, the amount due first.
//!
//! Limits: `OWED_RANDOM_PAPERS` sequences (absent: [`SEQUENCES`]) by `OWED_RANDOM_SEED`. Left out: how a paper looks and every other
//! word on it, which `documents`' own tests compare with whole texts.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desks::random::driver::{Step, number, play};
use crate::desks::random::model::What;
use crate::desks::random::shop::Shop;
use crate::papers::papers;

const SEED: u64 = 20_260_301;
/// Sized so that one database takes less than a minute.
const SEQUENCES: u64 = 5;

#[test]
fn papers_of_a_random_business_say_what_is_due_in_their_own_text() {
    let (seed, sequences) = (number("OWED_RANDOM_SEED", SEED), number("OWED_RANDOM_PAPERS", SEQUENCES));
    println!("OWED_RANDOM_SEED={seed} OWED_RANDOM_PAPERS={sequences}");
    play(papers(), seed, sequences, async |shop, step| touched(shop, step).await);
}

/// Looks at what the act changed; at the end of a sequence at everything.
async fn touched(shop: &Shop<'_>, step: Step<'_>) -> Result<(), String> {
    let changed = |what: What| step.touched(&shop.model, what);
    for (at, order) in shop.orders.iter().enumerate().filter(|(at, _)| changed(What::Order(*at))) {
        let text = text_of(shop, &format!("/orders/{order}/pdf")).await?;
        standing(&text, shop.model.six(What::Order(at))).map_err(|wrong| format!("the paper of {order}: {wrong}\n{text}"))?;
    }
    for (at, invoice) in shop.invoices.iter().enumerate().filter(|(at, _)| changed(What::Invoice(*at))) {
        let text = text_of(shop, &format!("/invoices/{}/pdf", invoice.id)).await?;
        let of_invoice = invoice_says(&text, shop, at);
        of_invoice.map_err(|wrong| format!("the paper of {}: {wrong}\n{text}", invoice.id))?;
    }
    credit_notes(shop, &step).await?;
    receipts(shop, &step).await?;
    statement(shop).await
}

/// Total, fees, paid, credited, given up and due, as a paper sums them up.
fn standing(text: &str, six: [i64; 6]) -> Result<(), String> {
    let [total, fees, paid, credited, written_off, due] = six;
    says(text, "Amount due", due, true)?;
    says(text, "Total", total, true)?;
    says(text, "Late fees", fees, fees > 0)?;
    says(text, "Paid", paid, paid > 0)?;
    says(text, "Credited", credited, credited > 0)?;
    says(text, "Written off", written_off, written_off > 0)
}

/// As it was issued, or by the sheet behind it once anything has changed.
fn invoice_says(text: &str, shop: &Shop<'_>, at: usize) -> Result<(), String> {
    let six = shop.model.six(What::Invoice(at));
    let sheet = text.split('\u{c}').find(|page| page.contains("has not been altered"));
    match (sheet, shop.model.invoices[at]) {
        (Some(sheet), false) => standing(sheet, six),
        (Some(sheet), true) => says(sheet, "Amount due", 0, true),
        (None, true) => Err("it is void, and its paper does not say so".to_owned()),
        (None, false) => {
            says(text, "Total", six[0], true)?;
            let drawn = amounts(text, "Already paid").into_iter().chain(amounts(text, "Applied balance")).sum::<i64>();
            let due: Vec<i64> = amounts(text, "Due at issue").into_iter().chain(amounts(text, "Amount due")).collect();
            match drawn == six[2] && !due.is_empty() && due.iter().all(|due| *due == six[5]) {
                true => Ok(()),
                false => Err(format!("it says {due:?} is due and {drawn} was paid, the model {six:?}")),
            }
        }
    }
}

/// The newest credit notes, as many as the act can have made.
async fn credit_notes(shop: &Shop<'_>, step: &Step<'_>) -> Result<(), String> {
    let credited = |model: &crate::desks::random::model::Model| -> i64 {
        (0..model.invoices.len()).map(|at| model.six(What::Invoice(at))[3]).sum()
    };
    if credited(&shop.model) == credited(step.before) && !step.is_last {
        return Ok(());
    }
    let newest = shop.office.get("/credit-notes?limit=3").await.json(200);
    for note in newest["data"].as_array().expect("a list") {
        let figure = |name: &str| note[name].as_i64().expect("an amount");
        let text = text_of(shop, &format!("/credit-notes/{}/pdf", note["id"].as_str().expect("an id"))).await?;
        let all = [("Total", "amount"), ("Due on the invoice before", "due_before"), ("Due on the invoice after", "due_after")];
        for (label, name) in all {
            says(&text, label, figure(name), true).map_err(|wrong| format!("{note}: {wrong}\n{text}"))?;
        }
        says(&text, "Paid money set free", figure("freed"), figure("freed") > 0).map_err(|wrong| format!("{note}: {wrong}"))?;
    }
    Ok(())
}

/// The newest receipt; at the end all.
async fn receipts(shop: &Shop<'_>, step: &Step<'_>) -> Result<(), String> {
    let known = if step.is_last { 0 } else { step.before.credits.len() };
    for payment in shop.payments.iter().filter(|payment| payment.credit >= known) {
        let path = format!("/payments/{}", payment.id);
        let now: Value = shop.office.get(&path).await.json(200);
        let text = text_of(shop, &format!("{path}/pdf")).await?;
        let wrong = |wrong: String| format!("the receipt of {now}: {wrong}\n{text}");
        says(&text, "Amount received", now["amount"].as_i64().expect("an amount"), true).map_err(wrong)?;
        let free = now["unapplied"].as_i64().expect("an amount");
        says(&text, "Left as your credit", free, free > 0).map_err(wrong)?;
    }
    Ok(())
}

async fn statement(shop: &Shop<'_>) -> Result<(), String> {
    let path = format!("/customers/{}/statement.pdf?from=2026-01-01&to={}", shop.customer, shop.model.today);
    let text = text_of(shop, &path).await?;
    let balance = shop.model.balance();
    says(&text, "Closing balance", balance.abs(), true).map_err(|wrong| format!("the statement: {wrong}\n{text}"))
}

/// Wherever the label stands before an amount, it is this one. `there`: it has to stand somewhere.
fn says(text: &str, label: &str, wanted: i64, there: bool) -> Result<(), String> {
    let found = amounts(text, label);
    let same = found.iter().all(|amount| *amount == wanted) && (!there || !found.is_empty());
    if same { Ok(()) } else { Err(format!("{label} is {found:?} and should be {wanted}")) }
}

/// The amounts that stand behind a label in its line, in minor units, without their signs.
fn amounts(text: &str, label: &str) -> Vec<i64> {
    let of_line = |line: &str| {
        let mut found = Vec::new();
        for (at, _) in line.match_indices(label) {
            let is_word = !line[..at].ends_with(char::is_alphanumeric);
            let rest = line[at + label.len()..].trim_start();
            let rest = rest.trim_start_matches(['−', '-', '$']);
            let amount: String = rest.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).collect();
            let digits: String = amount.chars().filter(char::is_ascii_digit).collect();
            // Two decimals: it is money, not the day of a date.
            if is_word && amount.len() > 3 && amount.as_bytes()[amount.len() - 3] == b'.' {
                found.extend(digits.parse::<i64>());
            }
        }
        found
    };
    text.lines().flat_map(of_line).collect()
}

/// A paper as `pdftotext` reads it.
async fn text_of(shop: &Shop<'_>, path: &str) -> Result<String, String> {
    let answer = shop.office.get(path).await;
    if answer.status != 200 {
        return Err(format!("{path}: {} {}", answer.status, answer.text));
    }
    let missing = "pdftotext is missing: install poppler-utils";
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{missing}: {error}"))?;
    let mut input = reader.stdin.take().expect("it was asked for");
    let bytes = answer.bytes.clone();
    // It reads all before it writes.
    let writes = std::thread::spawn(move || input.write_all(&bytes));
    let output = reader.wait_with_output().map_err(|error| error.to_string())?;
    writes.join().expect("a writer that ends").map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{path} cannot be read")),
    }
}
