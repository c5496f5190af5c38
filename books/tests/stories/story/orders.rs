//! Orders: their lines, amendments and cancellations.

use books::account::*;
use books::ids::{AmendmentId, OrderId, OrderLineId};
use books::refusal::Refusal;

use super::words::{Words, when};
use super::{Named, Teller};
use crate::shop::{Touch, day};

impl Teller {
    pub(super) fn order(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let order = OrderId::new(&mut self.shop.ids);
        let (when, due_on) = (when(words), words.after("due").map(day));
        let mut lines = self.new_line(name, words);
        while !words.0.is_empty() {
            let more = self.new_line(name, words);
            (lines.net, lines.tax) = (lines.net + more.net, lines.tax + more.tax);
            lines.lines.extend(more.lines);
        }
        let input = OrderCharge { order, description: name.to_owned(), lines: lines.clone(), when, due_on };
        let charge = self.shop.act_with_lines(&[], &lines, |account, ids| account.charge_order(ids, &input))?;
        assert!(charge.is_some(), "an order of nothing is no story");
        self.name(name, Named::Order(order));
        Ok(())
    }

    /// `75.50 [tax 5]`, and the next free name `O-1.2` for the line.
    pub(super) fn new_line(&mut self, order: &str, words: &mut Words<'_>) -> NewLines {
        let (gross, tax) = self.gross_and_tax(words);
        let line = OrderLineId::new(&mut self.shop.ids);
        let number = (1..).find(|n| !self.names.contains_key(&format!("{order}.{n}"))).expect("a free number");
        self.name(&format!("{order}.{number}"), Named::Line(line));
        NewLines { net: gross - tax, tax, lines: vec![NewLine { line: LineRef::Order(line), gross, tax }] }
    }

    pub(super) fn gross_and_tax(&mut self, words: &mut Words<'_>) -> (i64, i64) {
        let tax = words.after("tax").map_or(0, |tax| self.amount(tax));
        (self.amount(words.next()), tax)
    }

    pub(super) fn amend(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let order = self.order_id(name);
        let mut input = Amend {
            order,
            amendment: AmendmentId::new(&mut self.shop.ids),
            description: "Amended".to_owned(),
            reason: "items_added".to_owned(),
            note: None,
            add: None,
            discount: None,
            remove: Vec::new(),
            when: when(words),
            recognized: words.flag("recognized"),
            due_on: None,
        };
        let mut new = NewLines { net: 0, tax: 0, lines: Vec::new() };
        while !words.0.is_empty() {
            match words.next() {
                "add" => {
                    new = self.new_line(name, words);
                    input.add = Some(new.clone());
                }
                "discount" => {
                    let (gross, tax) = self.gross_and_tax(words);
                    input.discount = Some(NewLines { net: tax - gross, tax: -tax, lines: Vec::new() });
                }
                "remove" => {
                    let Named::Line(line) = self.named(words.next()) else { panic!("remove a line") };
                    input.remove.push(LineRef::Order(line));
                }
                other => panic!("{other} is no amendment"),
            }
        }
        let outcome = self.shop.act_with_lines(&[Touch::Order(order)], &new, |account, ids| account.amend(ids, &input))?;
        for note in outcome.credit_notes {
            self.answers.push(format!("credit note of {}", self.show(note.amount)));
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let order = self.order_id(words.next());
        let lines = words.0.drain(..).collect::<Vec<_>>();
        let lines = lines.into_iter().map(|line| match self.named(line) {
            Named::Line(line) => LineRef::Order(line),
            other => panic!("{other:?} is not a line"),
        });
        let lines: Vec<LineRef> = lines.collect();
        let input = TakeOff {
            order,
            amendment: AmendmentId::new(&mut self.shop.ids),
            lines: (!lines.is_empty()).then_some(lines),
            reason: "canceled".to_owned(),
            note: None,
            when: When::Today,
        };
        self.shop.act(&[Touch::Order(order)], |account, ids| account.take_off(ids, &input)).map(drop)
    }
}
