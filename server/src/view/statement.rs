//! A statement of account as staff, payers and the portal see it: one shape, printed by one template.

use askama::Template;
use askama::filters::HtmlSafe;
use books::money::Money;
use engine::sheets::statement::{Moved, StatementSheet};
use engine::wording;
use locale::Tongue;

use super::figures::Ribbon;
use super::{Amount, Day, filters};

/// A statement over some days.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/statement.html")]
pub struct StatementView {
    pub tongue: Tongue,
    pub from: Day,
    pub to: Day,
    /// Signed: below zero the customer owes.
    pub opening: Amount,
    pub movements: Vec<StatementRow>,
    pub closing: Amount,
    /// `Amount owed`, `Credit`, `Nothing owed`.
    pub standing: String,
    /// The closing balance without its sign.
    pub figure: Amount,
    /// The statement sent for the days before had said this.
    pub said_before: Option<Amount>,
    pub entered_since: Vec<StatementRow>,
    pub open: Vec<OpenRow>,
    pub ageing: Ribbon,
    pub free_credit: Amount,
}
impl HtmlSafe for StatementView {}

/// One movement. Signed: a charge is below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    pub on: Day,
    pub description: String,
    pub number: String,
    pub amount: Amount,
    pub balance: Amount,
}

/// A charge that was open at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRow {
    pub description: String,
    pub number: String,
    pub on: Day,
    pub due_on: Option<Day>,
    /// `12 days late`; empty: not late.
    pub late: String,
    pub open: Amount,
}

impl StatementView {
    /// As staff read it.
    pub fn of(sheet: &StatementSheet) -> StatementView {
        StatementView::by(&Tongue::english(), sheet)
    }

    /// As a payer reads it.
    pub fn by(tongue: &Tongue, sheet: &StatementSheet) -> StatementView {
        let amount = |minor| Amount::by(tongue, Money::new(minor, sheet.currency));
        let day = |day| Day::by(tongue, day);
        let row = |moved: &Moved| StatementRow {
            on: day(moved.on),
            description: wording::entry(tongue, moved.kind, &moved.description),
            number: beneath(&moved.description, &moved.number),
            amount: amount(moved.amount),
            balance: amount(moved.balance),
        };
        let a = sheet.ageing;
        StatementView {
            tongue: tongue.clone(),
            from: day(sheet.period.from),
            to: day(sheet.period.to),
            opening: amount(sheet.opening),
            movements: sheet.movements.iter().map(row).collect(),
            closing: amount(sheet.closing),
            standing: match sheet.closing {
                ..=-1 => tongue.say("standing-owed").to_string(),
                0 => tongue.say("standing-settled").to_string(),
                1.. => tongue.say("standing-credit").to_string(),
            },
            figure: amount(sheet.closing.abs()),
            said_before: sheet.said_before.map(amount),
            entered_since: sheet.entered_since.iter().map(row).collect(),
            open: sheet
                .open
                .iter()
                .map(|item| OpenRow {
                    description: wording::entry(tongue, item.kind, &item.description),
                    number: beneath(&item.description, &item.number),
                    on: day(item.on),
                    due_on: item.due_on.map(day),
                    late: match (item.due_on, item.days_past_due) {
                        (Some(_), days @ 1..) => tongue.say("days-late").count("days", days).to_string(),
                        _ => String::new(),
                    },
                    open: amount(item.open),
                })
                .collect(),
            ageing: Ribbon::by(tongue, [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus], sheet.currency),
            free_credit: amount(a.credit),
        }
    }
}

/// The number beneath a description that does not say it.
fn beneath(description: &str, number: &str) -> String {
    if description.contains(number) { String::new() } else { number.to_owned() }
}
