//! An order or application as it stands now: lines with their amendments, what was paid, what is due, how to pay it.

use books::paper::{Mark, OrderKind, OrderPaper};
use serde_json::json;

use crate::PaperError;
use crate::frame::{Frame, Heading, facts, headline};
use crate::look::Brand;
use crate::world::{Print, Template};

/// The PDF of an order or application. Refuses figures that do not agree, a logo or link that cannot be printed.
pub fn order(paper: &OrderPaper) -> Result<Vec<u8>, PaperError> {
    print(paper)?.pdf()
}

pub(crate) fn print(paper: &OrderPaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let (kind, number_label, day_label, party_label) = match paper.kind {
        OrderKind::Order => (words.order, words.order_no, words.ordered, words.customer),
        OrderKind::Application => (words.application, words.application_no, words.submitted, words.applicant),
    };
    let draft = paper.mark == Some(Mark::Draft);
    let standing = &paper.standing;
    let payable = !draft && standing.amount_due.minor > 0;
    let note = match (payable, paper.due_on) {
        _ if draft => words.not_a_demand.to_owned(),
        (false, _) => words.nothing_to_pay.to_owned(),
        (true, Some(day)) => tongue.said("paper-due_on", [("day", &tongue.day(day))]),
        (true, None) => String::new(),
    };
    let figure = if draft { (words.total, standing.total) } else { (words.amount_due, standing.amount_due) };
    let mut totals = tongue.body_sums(&paper.body)?;
    totals.extend(tongue.standing_sums(standing, paper.mark));
    let own = json!({
        "subtitle": paper.description,
        "mark": frame.mark(paper.mark),
        "headline": headline(figure.0, tongue.money(figure.1), note),
        "ribbon": tongue.ribbon(standing, &Brand::of(paper.head.business.color.as_deref()).fill),
        "parties": [frame.party(party_label, &paper.customer), frame.sender()],
        "facts": facts([
            (number_label, paper.number.clone().unwrap_or_else(|| words.draft.to_owned())),
            (day_label, tongue.day(paper.ordered_on)),
            (words.due, paper.due_on.map(|day| tongue.day(day)).unwrap_or_default()),
            (words.your_reference, paper.reference.clone()),
            (words.customer_no, paper.customer.reference.clone()),
        ]),
        "aside": [tongue.said("paper-as_at", [("moment", &tongue.moment(paper.head.made))]), tongue.amounts_in(standing.total)],
        "message": paper.message,
        "lines": tongue.lines(&paper.body)?,
        "totals": totals,
        "tables": tongue.payments(&paper.payments).into_iter().collect::<Vec<_>>(),
        "notes": paper.notes,
        "sheet": null,
    });
    let heading = Heading { kind, number: paper.number.as_deref(), to: &paper.customer.name };
    frame.print(Template::Bill, &heading, paper.pay.as_ref().filter(|_| payable), own)
}
