//! A statement of account as staff, payers and the portal see it: one shape, printed by one template.

use askama::Template;
use askama::filters::HtmlSafe;
use books::money::Money;
use engine::sheets::statement::{Moved, StatementSheet};

use super::figures::Ribbon;
use super::{Amount, Day, filters};

/// A statement over some days.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/statement.html")]
pub struct StatementView {
    pub from: Day,
    pub to: Day,
    /// Signed: below zero the customer owes.
    pub opening: Amount,
    pub movements: Vec<StatementRow>,
    pub closing: Amount,
    /// `Amount owed`, `Credit`, `Nothing owed`.
    pub standing: &'static str,
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
    pub fn of(sheet: &StatementSheet) -> StatementView {
        let amount = |minor| Amount::of(Money::new(minor, sheet.currency));
        let row = |moved: &Moved| StatementRow {
            on: Day::of(moved.on),
            description: moved.description.clone(),
            number: moved.number.clone(),
            amount: amount(moved.amount),
            balance: amount(moved.balance),
        };
        let a = sheet.ageing;
        StatementView {
            from: Day::of(sheet.period.from),
            to: Day::of(sheet.period.to),
            opening: amount(sheet.opening),
            movements: sheet.movements.iter().map(row).collect(),
            closing: amount(sheet.closing),
            standing: match sheet.closing {
                ..=-1 => "Amount owed",
                0 => "Nothing owed",
                1.. => "Credit",
            },
            figure: amount(sheet.closing.abs()),
            said_before: sheet.said_before.map(amount),
            entered_since: sheet.entered_since.iter().map(row).collect(),
            open: sheet
                .open
                .iter()
                .map(|item| OpenRow {
                    description: item.description.clone(),
                    number: item.number.clone(),
                    on: Day::of(item.on),
                    due_on: item.due_on.map(Day::of),
                    late: match (item.due_on, item.days_past_due) {
                        (Some(_), 1) => "1 day late".to_owned(),
                        (Some(_), days @ 2..) => format!("{days} days late"),
                        _ => String::new(),
                    },
                    open: amount(item.open),
                })
                .collect(),
            ageing: Ribbon::of([a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus], sheet.currency),
            free_credit: amount(a.credit),
        }
    }
}
