//! Statements of account and payment letters as papers: both show what is open, from the same sheet.

use books::entry::EntryKind;
use books::money::Money;
use books::paper::{AgeingStrip, LetterPaper, Movement, OpenItem, PayPanel, StatementPaper};
use engine::sheets::statement::{Moved, StatementSheet};
use engine::wording;
use locale::Tongue;

use super::{letterhead, party, tongue};

/// The description of an entry whose number has a column of its own.
fn beside(tongue: &Tongue, kind: EntryKind, description: &str, number: &str) -> String {
    wording::beside_number(tongue, wording::entry(tongue, kind, description), number)
}

fn open_items(tongue: &Tongue, sheet: &StatementSheet) -> Vec<OpenItem> {
    let money = |minor| Money::new(minor, sheet.currency);
    let items = sheet.open.iter().map(|item| OpenItem {
        number: item.number.clone(),
        description: beside(tongue, item.kind, &item.description, &item.number),
        on: item.on,
        due_on: item.due_on,
        // Without a named due day it is aged, but never called late.
        days_past_due: if item.due_on.is_some() { item.days_past_due } else { 0 },
        amount: money(item.amount),
        open: money(item.open),
    });
    items.collect()
}

/// The values that a statement prints.
pub fn statement_paper(sheet: &StatementSheet, pay_url: Option<String>) -> StatementPaper {
    let money = |minor| Money::new(minor, sheet.currency);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), sheet.made_at);
    let tongue = tongue(&head);
    let moved = |row: &Moved| Movement {
        on: row.on,
        description: beside(&tongue, row.kind, &row.description, &row.number),
        number: row.number.clone(),
        amount: money(row.amount),
        balance: money(row.balance),
    };
    let a = sheet.ageing;
    StatementPaper {
        open_items: open_items(&tongue, sheet),
        head,
        customer: party(&sheet.customer),
        from: sheet.period.from,
        to: sheet.period.to,
        opening: money(sheet.opening),
        movements: sheet.movements.iter().map(moved).collect(),
        closing: money(sheet.closing),
        ageing: AgeingStrip {
            current: money(a.current),
            d1_30: money(a.d1_30),
            d31_60: money(a.d31_60),
            d61_90: money(a.d61_90),
            d90_plus: money(a.d90_plus),
            free_credit: money(a.credit),
        },
        last_closing: sheet.said_before.map(money),
        entered_since: sheet.entered_since.iter().map(moved).collect(),
        pay: pay_url.filter(|_| sheet.closing < 0).map(PayPanel::link),
        notes: Vec::new(),
    }
}

/// What a letter says; `how`: the sentence on how it can be paid.
pub(super) fn letter_words(tongue: &Tongue, customer: &str, how: &str, business: &str) -> Vec<String> {
    vec![
        tongue.say("letter-greeting").with("name", customer).to_string(),
        tongue.say("letter-open").to_string(),
        tongue.say(how).to_string(),
        format!("{}\n{business}", tongue.say("letter-regards")),
    ]
}

/// The values that a payment letter prints: what is open at the end of the sheet's days, in the business's words.
pub fn letter_paper(sheet: &StatementSheet, pay_url: Option<String>) -> LetterPaper {
    let money = |minor| Money::new(minor, sheet.currency);
    let due = money(-sheet.closing);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), sheet.made_at);
    let tongue = tongue(&head);
    let how = match (&pay_url, due.minor > 0) {
        (_, false) => "letter-nothing",
        (Some(_), true) => "letter-by-code",
        (None, true) => "letter-ask",
    };
    LetterPaper {
        customer: party(&sheet.customer),
        dated_on: sheet.period.to,
        subject: tongue.say("letter-subject").with("business", &sheet.business.name).to_string(),
        paragraphs: letter_words(&tongue, &sheet.customer.name, how, &sheet.business.name),
        open_items: open_items(&tongue, sheet),
        amount_due: due,
        free_credit: money(sheet.ageing.credit),
        pay: pay_url.map(PayPanel::link),
        head,
    }
}
