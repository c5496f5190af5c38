//! A statement of account: opening balance, movements, closing balance, its age, and what is open.

use books::money::{Money, MoneyError};
use books::paper::{AgeingStrip, Movement, PaperFault, StatementPaper};
use serde_json::{Value, json};

use crate::PaperError;
use crate::format::Tongue;
use crate::frame::{Frame, Heading, facts, headline};
use crate::look::Brand;
use crate::sections::{head, table};
use crate::world::{Print, Template};

/// From calm to alarming; what is not overdue has the brand's own color.
const AGES: [&str; 4] = ["#e8b84a", "#e08a3c", "#cf5a36", "#9b1c16"];

/// The PDF of a statement. Refuses figures that do not agree, a logo or link that cannot be printed.
pub fn statement(paper: &StatementPaper) -> Result<Vec<u8>, PaperError> {
    print(paper)?.pdf()
}

pub(crate) fn print(paper: &StatementPaper) -> Result<Print, PaperError> {
    paper.check()?;
    let frame = Frame::new(&paper.head);
    let (tongue, words) = (frame.tongue.clone(), frame.tongue.words);
    let owes = paper.closing.minor < 0;
    let (label, figure) = if owes { (words.amount_owed, negated(paper.closing)?) } else { (words.credit_balance, paper.closing) };
    let period = tongue.said("paper-period", [("from", &tongue.day(paper.from)), ("to", &tongue.day(paper.to))]);
    let before: Vec<Value> = entered_since(paper, &tongue).into_iter().chain([activity(paper, &tongue)]).collect();
    let lead = before.len();
    let tables: Vec<Value> = before.into_iter().chain(tongue.open_items(&paper.open_items)).collect();
    let own = json!({
        "subtitle": period,
        "mark": null,
        "headline": headline(label, tongue.money(figure), if figure.minor == 0 { words.nothing_to_pay.to_owned() } else { String::new() }),
        "parties": [frame.party(words.customer, &paper.customer), frame.sender()],
        "facts": facts([
            (words.customer_no, paper.customer.reference.clone()),
            (words.date, tongue.day(paper.head.made.local().date())),
        ]),
        "aside": [tongue.said("paper-as_at", [("moment", &tongue.moment(paper.head.made))]), tongue.amounts_in(paper.closing)],
        "summary": summary(paper, &tongue)?,
        "message": opening_note(paper, &tongue),
        "tables": tables,
        "lead": lead,
        "ageing": ageing(&paper.ageing, &tongue, &Brand::of(paper.head.business.color.as_deref()).fill),
        "notes": std::iter::once(tongue.said("paper-sign_note", [("business", &paper.head.business.name)])).chain(paper.notes.iter().cloned()).collect::<Vec<_>>(),
    });
    let heading = Heading { kind: words.statement, number: Some(&period), to: &paper.customer.name };
    frame.print(Template::Statement, &heading, paper.pay.as_ref().filter(|_| owes), own)
}

fn negated(money: Money) -> Result<Money, PaperFault> {
    let minor = money.minor.checked_neg().ok_or(MoneyError::TooLarge)?;
    Ok(Money { minor, ..money })
}

fn summary(paper: &StatementPaper, tongue: &Tongue) -> Result<Value, PaperFault> {
    let words = tongue.words;
    let zero = Money::zero(paper.closing.currency);
    let (mut charges, mut credits) = (zero, zero);
    for movement in &paper.movements {
        let side = if movement.amount.minor < 0 { &mut charges } else { &mut credits };
        *side = side.plus(movement.amount)?;
    }
    let tiles =
        [(words.opening, paper.opening), (words.charges, charges), (words.credits, credits), (words.closing, paper.closing)];
    Ok(tiles.into_iter().map(|(label, amount)| json!({ "label": label, "amount": tongue.plain(amount) })).collect())
}

fn opening_note(paper: &StatementPaper, tongue: &Tongue) -> String {
    match paper.last_closing {
        Some(last) if last != paper.opening => tongue.said("paper-opening_differs", [("amount", &tongue.money(last))]),
        _ => String::new(),
    }
}

fn entered_since(paper: &StatementPaper, tongue: &Tongue) -> Option<Value> {
    if paper.entered_since.is_empty() {
        return None;
    }
    let words = tongue.words;
    let heads = vec![
        head(words.date, false, false),
        head(words.document, false, false),
        head(words.description, true, false),
        head(words.amount, false, true),
    ];
    let rows = paper
        .entered_since
        .iter()
        .map(|m| vec![tongue.day(m.on), m.number.clone(), m.description.clone(), tongue.plain(m.amount)]);
    Some(table(words.entered_since, heads, rows.collect()))
}

fn activity(paper: &StatementPaper, tongue: &Tongue) -> Value {
    let words = tongue.words;
    let heads = vec![
        head(words.date, false, false),
        head(words.document, false, false),
        head(words.description, true, false),
        head(words.charges, false, true),
        head(words.credits, false, true),
        head(words.balance, false, true),
    ];
    let edge = |day, label: &str, balance| {
        let none = String::new;
        vec![tongue.day(day), none(), label.to_owned(), none(), none(), tongue.plain(balance)]
    };
    let mut rows = vec![edge(paper.from, words.opening, paper.opening)];
    rows.extend(paper.movements.iter().map(|movement| moved(movement, tongue)));
    rows.push(edge(paper.to, words.closing, paper.closing));
    table(words.activity, heads, rows)
}

fn moved(movement: &Movement, tongue: &Tongue) -> Vec<String> {
    let amount = tongue.plain(movement.amount);
    let (charge, credit) = if movement.amount.minor < 0 { (amount, String::new()) } else { (String::new(), amount) };
    vec![
        tongue.day(movement.on),
        movement.number.clone(),
        movement.description.clone(),
        charge,
        credit,
        tongue.plain(movement.balance),
    ]
}

fn ageing(strip: &AgeingStrip, tongue: &Tongue, brand: &str) -> Value {
    let words = tongue.words;
    let days = |range| tongue.said("paper-days", [("range", range)]);
    let labels = [
        words.not_yet_due.to_owned(),
        days("1–30"),
        days("31–60"),
        days("61–90"),
        tongue.said("paper-over_days", [("days", "90")]),
    ];
    let colors = [brand, AGES[0], AGES[1], AGES[2], AGES[3]];
    let ages = labels.iter().zip(strip.ages()).zip(colors).map(|((label, amount), color)| tongue.part(label, amount, color));
    let mut parts: Vec<Value> = ages.collect();
    if strip.free_credit.minor != 0 {
        let mut credit = tongue.part(words.free_credit, strip.free_credit, crate::sections::QUIET);
        // Credit is no age: it stands beside the strip, not in it.
        credit["weight"] = json!(0);
        parts.push(credit);
    }
    json!({ "title": words.ageing, "parts": parts })
}
