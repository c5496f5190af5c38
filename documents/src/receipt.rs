//! A receipt: that a payment came, how, what it was for, and what is left on either side.

use books::paper::{Mark, ReceiptPaper};
use serde_json::{Value, json};

use crate::PaperError;
use crate::format::Tongue;
use crate::frame::{Frame, Heading, facts, headline};
use crate::sections::{due_row, head, row, table};
use crate::world::{Print, Template};

/// The PDF of a receipt. Refuses figures that do not agree and a logo that cannot be printed.
pub fn receipt(paper: &ReceiptPaper) -> Result<Vec<u8>, PaperError> {
    print(paper)?.pdf()
}

pub(crate) fn print(paper: &ReceiptPaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let mark = if paper.refunded.minor > 0 {
        json!({ "text": words.mark_refunded, "tone": "calm" })
    } else {
        frame.mark(Some(Mark::Paid))
    };
    let counts_for = paper.received_on.filter(|day| *day != paper.received_at.local().date());
    let own = json!({
        "subtitle": tongue.means(&paper.means),
        "mark": mark,
        "headline": headline(words.amount_received, tongue.money(paper.amount), tongue.day(paper.received_at.local().date())),
        "parties": [frame.party(words.received_from, &paper.customer), frame.sender()],
        "facts": facts([
            (words.payment_no, paper.number.clone()),
            (words.received, tongue.day(paper.received_at.local().date())),
            (words.counts_for, counts_for.map(|day| tongue.day(day)).unwrap_or_default()),
            (words.method, tongue.means(&paper.means)),
            (words.reference, paper.reference.clone()),
            (words.customer_no, paper.customer.reference.clone()),
        ]),
        "aside": [tongue.said("paper-received_at", [("moment", &tongue.moment(paper.received_at))]), tongue.amounts_in(paper.amount)],
        "message": paper.message,
        "tables": applied(paper, &tongue).into_iter().collect::<Vec<_>>(),
        "totals": totals(paper, &tongue),
        "notes": paper.notes,
    });
    let heading = Heading { kind: words.receipt, number: Some(&paper.number), to: &paper.customer.name };
    frame.print(Template::Receipt, &heading, None, own)
}

fn applied(paper: &ReceiptPaper, tongue: &Tongue) -> Option<Value> {
    if paper.applied.is_empty() {
        return None;
    }
    let words = tongue.words;
    let still_due = paper.applied.iter().any(|row| row.due_after.is_some());
    let mut heads = vec![head(words.document, false, false), head(words.description, true, false)];
    if still_due {
        heads.push(head(words.still_due, false, true));
    }
    heads.push(head(words.applied, false, true));
    let rows = paper.applied.iter().map(|row| {
        let mut cells = vec![row.number.clone(), row.description.clone()];
        if still_due {
            cells.push(row.due_after.map(|due| tongue.plain(due)).unwrap_or_default());
        }
        cells.push(tongue.plain(row.applied));
        cells
    });
    Some(table(words.what_for, heads, rows.collect()))
}

fn totals(paper: &ReceiptPaper, tongue: &Tongue) -> Vec<Value> {
    let words = tongue.words;
    let mut rows = Vec::new();
    for (label, amount) in [(words.refunded, paper.refunded), (words.credit_left, paper.credit_left)] {
        if amount.minor != 0 {
            rows.push(row(label, tongue.plain(amount)));
        }
    }
    rows.push(due_row(words.amount_received, tongue.money(paper.amount)));
    let cash = [(words.tendered, paper.tendered), (words.change_given, paper.change)];
    rows.extend(cash.into_iter().filter_map(|(label, amount)| Some(row(label, tongue.plain(amount?)))));
    if let Some(owed) = paper.still_owed {
        rows.push(row(words.still_owed, tongue.money(owed)));
    }
    rows
}
