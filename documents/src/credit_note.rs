//! A credit note: what it takes off one invoice, what was due there before and after, and where freed money went.

use books::paper::{CreditNotePaper, Destination, DestinationKind, PaperFault};
use serde_json::{Value, json};

use crate::PaperError;
use crate::format::Tongue;
use crate::frame::{Frame, Heading, facts, headline};
use crate::sections::{due_row, head, row, sum_row, table};
use crate::world::{Print, Template};

/// The PDF of a credit note. Refuses figures that do not agree and a logo that cannot be printed. With `xml`, the same
/// credit note as a Cross Industry Invoice, the PDF carries it inside and says so: it is a Factur-X.
pub fn credit_note(paper: &CreditNotePaper, xml: Option<&str>) -> Result<Vec<u8>, PaperError> {
    Print { xml: xml.map(str::to_owned), ..print(paper)? }.pdf()
}

pub(crate) fn print(paper: &CreditNotePaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let mut totals = tongue.body_sums(&paper.body)?;
    totals.extend(effect(paper, &tongue)?);
    let own = json!({
        "subtitle": tongue.said("paper-credits_invoice", [("number", &paper.invoice_number)]),
        "mark": null,
        "headline": headline(words.credited_total, tongue.money(paper.body.total), tongue.day(paper.dated_on)),
        "ribbon": null,
        "parties": [frame.party(words.customer, &paper.customer), frame.sender()],
        "facts": facts([
            (words.credit_note_no, paper.number.clone()),
            (words.date, tongue.day(paper.dated_on)),
            (words.invoice_no, paper.invoice_number.clone()),
            (words.issued, paper.invoice_issued_on.map(|day| tongue.day(day)).unwrap_or_default()),
            (words.reason, paper.reason.clone()),
            (words.customer_no, paper.customer.reference.clone()),
        ]),
        "aside": [tongue.amounts_in(paper.body.total)],
        "message": "",
        "lines": tongue.lines(&paper.body)?,
        "totals": totals,
        "tables": if paper.destinations.is_empty() { vec![] } else { vec![destinations(&paper.destinations, &tongue)] },
        "notes": paper.notes,
        "sheet": null,
    });
    let heading = Heading { kind: words.credit_note, number: Some(&paper.number), to: &paper.customer.name };
    frame.print(Template::Bill, &heading, None, own)
}

/// From what was due before to what is due after, so that a reader can add it up.
fn effect(paper: &CreditNotePaper, tongue: &Tongue) -> Result<Vec<Value>, PaperFault> {
    let words = tongue.words;
    let mut rows =
        vec![sum_row(words.due_before, tongue.plain(paper.due_before)), row(words.credited, tongue.taken(paper.body.total))];
    let freed = paper.freed()?;
    if freed.minor != 0 {
        rows.push(row(words.freed, tongue.plain(freed)));
    }
    rows.push(due_row(words.due_after, tongue.money(paper.due_after)));
    Ok(rows)
}

fn destinations(destinations: &[Destination], tongue: &Tongue) -> Value {
    let words = tongue.words;
    let rows = destinations.iter().map(|destination| {
        let to = match &destination.kind {
            DestinationKind::Balance => words.to_balance.to_owned(),
            DestinationKind::Card { means } => tongue.said("paper-to_means", [("means", &tongue.means(means))]),
            DestinationKind::Outside => words.to_outside.to_owned(),
        };
        vec![to, tongue.plain(destination.amount)]
    });
    table(words.freed, vec![head(words.goes_to, true, false), head(words.amount, false, true)], rows.collect())
}
