//! An invoice: the face as it was issued and, when it is asked for, the sheet that says how it stands now.
//!
//! Invariant: nothing on the face depends on the sheet, so the face of a paid invoice is the face that was sent.

use books::paper::{AsAt, Change, ChangeKind, InvoicePaper};
use serde_json::{Value, json};

use crate::PaperError;
use crate::format::Tongue;
use crate::frame::{Frame, Heading, facts, headline};
use crate::look::Brand;
use crate::sections::{due_row, head, over, row, sum_row, table};
use crate::world::{Print, Template};
use books::paper::Mark;

/// The PDF of an invoice. Refuses figures that do not agree, a logo or link that cannot be printed. With `xml`, the same
/// invoice as a Cross Industry Invoice, the PDF carries it inside and says so: it is a Factur-X.
pub fn invoice(paper: &InvoicePaper, xml: Option<&str>) -> Result<Vec<u8>, PaperError> {
    Print { xml: xml.map(str::to_owned), ..print(paper)? }.pdf()
}

pub(crate) fn print(paper: &InvoicePaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let draft = paper.number.is_none();
    let payable = !draft && paper.due_at_issue.minor > 0;
    let note = match (payable, paper.due_on) {
        _ if draft => words.not_a_demand.to_owned(),
        (false, _) => words.nothing_to_pay.to_owned(),
        (true, Some(day)) => tongue.said("paper-due_on", [("day", &tongue.day(day))]),
        (true, None) => String::new(),
    };
    let figure = if draft { (words.total, paper.body.total) } else { (words.amount_due, paper.due_at_issue) };
    let own = json!({
        "subtitle": paper.description,
        "mark": frame.mark(draft.then_some(Mark::Draft)),
        "headline": headline(figure.0, tongue.money(figure.1), note),
        "ribbon": null,
        "parties": [frame.party(words.billed_to, &paper.customer), frame.sender()],
        "facts": facts([
            (words.invoice_no, paper.number.clone().unwrap_or_else(|| words.draft.to_owned())),
            (words.issued, paper.issued_on.map(|day| tongue.day(day)).unwrap_or_default()),
            (words.due, paper.due_on.map(|day| tongue.day(day)).unwrap_or_default()),
            (words.terms, paper.terms.clone()),
            (words.order_no, paper.order_number.clone().unwrap_or_default()),
            (words.your_reference, paper.reference.clone()),
            (words.customer_no, paper.customer.reference.clone()),
        ]),
        "aside": [tongue.amounts_in(paper.body.total)],
        "message": "",
        "lines": tongue.lines(&paper.body)?,
        "totals": totals(paper, &tongue)?,
        "tables": tongue.payments(&paper.payments).into_iter().collect::<Vec<_>>(),
        "notes": paper.notes,
        "sheet": paper.as_at.as_ref().map(|sheet| as_at(paper, sheet, &frame)),
    });
    let heading = Heading { kind: words.invoice, number: paper.number.as_deref(), to: &paper.customer.name };
    frame.print(Template::Bill, &heading, paper.pay.as_ref().filter(|_| payable), own)
}

fn totals(paper: &InvoicePaper, tongue: &Tongue) -> Result<Vec<Value>, PaperError> {
    let words = tongue.words;
    let mut rows = tongue.body_sums(&paper.body)?;
    let drawn = [(words.already_paid, paper.drawn.already_paid), (words.applied_balance, paper.drawn.applied_balance)];
    let anything = drawn.iter().any(|(_, amount)| amount.minor != 0);
    rows.extend(
        drawn.into_iter().filter(|(_, amount)| amount.minor != 0).map(|(label, amount)| row(label, tongue.taken(amount))),
    );
    if paper.number.is_some() {
        let label = if anything { words.due_at_issue } else { words.amount_due };
        rows.push(due_row(label, tongue.money(paper.due_at_issue)));
    }
    Ok(rows)
}

/// The sheet behind the face.
fn as_at(paper: &InvoicePaper, sheet: &AsAt, frame: &Frame) -> Value {
    let (tongue, words) = (&frame.tongue, frame.tongue.words);
    let (number, issued) =
        (paper.number.as_deref().unwrap_or(words.draft), paper.issued_on.map(|day| tongue.day(day)).unwrap_or_default());
    let standing = &sheet.standing;
    let note = if standing.amount_due.minor > 0 { String::new() } else { words.nothing_to_pay.to_owned() };
    let mut totals = vec![sum_row(words.total, tongue.money(standing.total))];
    totals.extend(tongue.standing_sums(standing, sheet.mark));
    json!({
        "kind": tongue.said("paper-as_at", [("moment", &tongue.day(sheet.at.local().date()))]),
        "subtitle": format!("{} {number} · {}", words.invoice, tongue.moment(sheet.at)),
        "mark": frame.mark(sheet.mark),
        "headline": headline(words.amount_due, tongue.money(standing.amount_due), note),
        "ribbon": tongue.ribbon(standing, &Brand::of(frame.head.business.color.as_deref()).fill),
        "lead": tongue.said("paper-as_at_lead", [("number", number), ("day", &issued)]),
        "aside": [tongue.amounts_in(standing.total)],
        "totals": totals,
        "tables": if sheet.changes.is_empty() { vec![] } else { vec![changes(&sheet.changes, tongue)] },
    })
}

fn changes(changes: &[Change], tongue: &Tongue) -> Value {
    let words = tongue.words;
    let heads = vec![
        head(words.date, false, false),
        head(words.change, true, false),
        head(words.number, false, false),
        head(words.amount, false, true),
    ];
    let rows = changes.iter().map(|change| {
        let what = match change.kind {
            ChangeKind::Payment => words.change_payment,
            ChangeKind::AppliedBalance => words.applied_balance,
            ChangeKind::CreditNote => words.change_credit_note,
            ChangeKind::LateFee => words.change_late_fee,
            ChangeKind::WriteOff => words.change_write_off,
            ChangeKind::Refund => words.change_refund,
            ChangeKind::Return => words.change_return,
            ChangeKind::Reversal => words.change_reversal,
            ChangeKind::Void => words.change_void,
        };
        vec![tongue.day(change.on), over(what, &change.note), change.number.clone(), tongue.plain(change.amount)]
    });
    table(words.since_issue, heads, rows.collect())
}
