//! A letter that asks for payment, for customers who are reached on paper: it folds into a window envelope and carries
//! the code that opens the payment page.

use books::paper::LetterPaper;
use serde_json::{Value, json};

use crate::PaperError;
use crate::frame::{Frame, Heading};
use crate::sections::{due_row, row};
use crate::world::{Print, Template};

/// The PDF of a letter. Refuses figures that do not agree, a logo or link that cannot be printed.
pub fn letter(paper: &LetterPaper) -> Result<Vec<u8>, PaperError> {
    print(paper)?.pdf()
}

pub(crate) fn print(paper: &LetterPaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let business = &paper.head.business;
    let mut totals: Vec<Value> = Vec::new();
    if paper.free_credit.minor != 0 {
        totals.push(row(words.free_credit, tongue.taken(paper.free_credit)));
    }
    totals.push(due_row(words.amount_due, tongue.money(paper.amount_due)));
    let sender = business.address.iter().chain([&business.email, &business.phone, &business.tax_id]);
    let return_line: Vec<&str> = std::iter::once(&business.name).chain(&business.address).map(String::as_str).collect();
    let own = json!({
        "sender": sender.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>(),
        "return_line": return_line.join(" · "),
        "to": { "name": paper.customer.name, "lines": paper.customer.address },
        "date": tongue.day(paper.dated_on),
        "paragraphs": paper.paragraphs,
        "tables": tongue.open_items(&paper.open_items).into_iter().collect::<Vec<_>>(),
        "aside": [tongue.amounts_in(paper.amount_due)],
        "totals": totals,
    });
    let heading = Heading { kind: &paper.subject, number: Some(""), to: &paper.customer.name };
    frame.print(Template::Letter, &heading, paper.pay.as_ref().filter(|_| paper.amount_due.minor > 0), own)
}
