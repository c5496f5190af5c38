//! The confirmation of a refund: how much went back, of which payment, which way, and what is owed again.

use books::paper::{RefundPaper, RefundTo};
use serde_json::{Value, json};

use crate::PaperError;
use crate::format::Tongue;
use crate::frame::{Frame, Heading, facts, headline};
use crate::sections::{due_row, head, row, table};
use crate::world::{Print, Template};

/// The PDF of a refund's confirmation. Refuses figures that do not agree and a logo that cannot be printed.
pub fn refund(paper: &RefundPaper) -> Result<Vec<u8>, PaperError> {
    print(paper)?.pdf()
}

pub(crate) fn print(paper: &RefundPaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let way = match &paper.to {
        RefundTo::Original(means) => tongue.said("paper-to_means", [("means", &tongue.means(means))]),
        RefundTo::Outside => words.to_outside.to_owned(),
    };
    let day = tongue.day(paper.refunded_at.local().date());
    let own = json!({
        "subtitle": way,
        "mark": json!({ "text": words.mark_refunded, "tone": "calm" }),
        "headline": headline(words.amount_refunded, tongue.money(paper.amount), day.clone()),
        "parties": [frame.party(words.refunded_to, &paper.customer), frame.sender()],
        "facts": facts([
            (words.refund_no, paper.number.clone()),
            (words.date, day),
            (words.payment_no, paper.payment_number.clone()),
            (words.customer_no, paper.customer.reference.clone()),
        ]),
        "aside": [
            tongue.said("paper-refunded_at", [("moment", &tongue.moment(paper.refunded_at))]),
            tongue.amounts_in(paper.amount),
        ],
        "message": if paper.reason.is_empty() { String::new() } else { format!("{}: {}", words.reason, paper.reason) },
        "tables": owed_again(paper, &tongue).into_iter().collect::<Vec<_>>(),
        "totals": totals(paper, &tongue),
        "notes": paper.notes,
    });
    let heading = Heading { kind: words.refund, number: Some(&paper.number), to: &paper.customer.name };
    frame.print(Template::Receipt, &heading, None, own)
}

fn owed_again(paper: &RefundPaper, tongue: &Tongue) -> Option<Value> {
    if paper.owed_again.is_empty() {
        return None;
    }
    let words = tongue.words;
    let heads = vec![head(words.document, true, false), head(words.amount, false, true)];
    let rows = paper.owed_again.iter().map(|row| vec![row.number.clone(), tongue.plain(row.amount)]);
    Some(table(words.owed_again, heads, rows.collect()))
}

/// From the payment to what is left of it, so that a reader can add it up.
fn totals(paper: &RefundPaper, tongue: &Tongue) -> Vec<Value> {
    let words = tongue.words;
    let mut rows =
        vec![row(tongue.said("paper-payment_was", [("number", &paper.payment_number)]), tongue.plain(paper.payment_amount))];
    if paper.refunded_before.minor != 0 {
        rows.push(row(words.refunded_before, tongue.taken(paper.refunded_before)));
    }
    rows.push(due_row(words.amount_refunded, tongue.money(paper.amount)));
    rows.push(row(words.left_of_payment, tongue.plain(paper.left)));
    if paper.still_owed.minor != 0 {
        rows.push(row(words.still_owed, tongue.money(paper.still_owed)));
    }
    rows
}
