//! Invoices and what lowers or raises them: voiding, credit notes, late fees.

use books::account::*;
use books::capability::{GenerateInvoiceFacts, generate_invoice};
use books::ids::{CreditNoteId, EntryId, InvoiceId, InvoiceLineId, OrderId};
use books::money::Money;
use books::order::{OrderKind, OrderState};
use books::refusal::{Code, Refusal};

use super::words::{Words, when};
use super::{Named, Teller};
use crate::shop::{StoredInvoice, Touch, day};

impl Teller {
    pub(super) fn invoice(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let invoice = InvoiceId::new(&mut self.shop.ids);
        let (when, due_on) = (when(words), words.after("due").map(day));
        let issued_on = match when {
            When::On(day) => day,
            _ => self.shop.basis.today,
        };
        let stored = StoredInvoice { issued_on: Some(issued_on), due_on, issued_total: 0, void: false };
        self.shop.invoices.insert(invoice, stored);
        let outcome = match words.next() {
            "of" => {
                let order = self.order_id(words.next());
                let charges = self.shop.look(|account| account.billable(order));
                if let Some(code) = self.no_invoice(order, !charges.is_empty()) {
                    self.shop.invoices.remove(&invoice);
                    self.answers.push(format!("refused {code}"));
                    return Ok(());
                }
                self.shop.act(&[Touch::Order(order)], |account, _| account.issue_covering(invoice, &charges, due_on, when))
            }
            "bills" => {
                let charges: Vec<EntryId> =
                    words.0.drain(..).collect::<Vec<_>>().into_iter().map(|name| self.entry_id(name)).collect();
                let touched: Vec<Touch> = charges.iter().map(|charge| Touch::Entry(*charge)).collect();
                self.shop.act(&touched, |account, _| account.issue_covering(invoice, &charges, due_on, when))
            }
            "lines" => {
                let (gross, tax) = self.gross_and_tax(words);
                let line = LineRef::Invoice(InvoiceLineId::new(&mut self.shop.ids));
                let lines = NewLines { net: gross - tax, tax, lines: vec![NewLine { line, gross, tax }] };
                let input = ScratchBill { invoice, description: name.to_owned(), lines: lines.clone(), when, due_on };
                self.shop.act_with_lines(&[], &lines, |account, ids| account.issue_lines(ids, &input))
            }
            other => panic!("an invoice {other}?"),
        };
        match outcome {
            Ok(outcome) => {
                self.shop.invoices.get_mut(&invoice).expect("just stored").issued_total = outcome.total;
                self.name(name, Named::Invoice(invoice));
                let paid = outcome.already_paid;
                if paid > 0 {
                    self.answers.push(format!("{name}: applied {} due {}", self.show(paid), self.show(outcome.due)));
                }
                Ok(())
            }
            Err(refusal) => {
                self.shop.invoices.remove(&invoice);
                Err(refusal)
            }
        }
    }

    /// What the capability of *Generate invoice* says of a confirmed order.
    pub(super) fn no_invoice(&self, order: OrderId, billable: bool) -> Option<Code> {
        let due = Money::new(self.shop.figures(Target::Order(order)).amount_due, self.shop.basis.currency);
        let facts = GenerateInvoiceFacts { kind: OrderKind::Order, state: OrderState::Confirmed, due, billable };
        generate_invoice(&facts).code
    }

    pub(super) fn void(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let invoice = self.invoice_id(words.next());
        let input = VoidInvoice { invoice, reason: "wrong".to_owned(), when: When::Today, keep_fees: words.flag("keep") };
        self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.void_invoice(ids, &input))?;
        self.shop.invoices.get_mut(&invoice).expect("it is stored").void = true;
        Ok(())
    }

    pub(super) fn credit_note(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let invoice = self.invoice_id(words.next());
        let by = match words.after("line") {
            Some(line) => {
                let line = match self.named(line) {
                    Named::Line(line) => LineRef::Order(line),
                    Named::Entry(charge) => LineRef::Charge(charge),
                    other => panic!("{other:?} is not a line"),
                };
                CreditBy::Lines(vec![(line, self.amount(words.next()))])
            }
            None => CreditBy::Amount(self.amount(words.next())),
        };
        let keep_fees = words.flag("keep");
        let dated_on = words.after("on").map(day);
        let mut destinations = Vec::new();
        for to in [DestinationKind::Balance, DestinationKind::Card, DestinationKind::Outside] {
            if let Some(amount) = words.after(to.as_str()) {
                destinations.push(Destination { to, amount: self.amount(amount) });
            }
        }
        words.flag("to");
        let id = CreditNoteId::new(&mut self.shop.ids);
        let input = CreditNoteInput {
            id,
            invoice,
            by,
            description: "Credit note".to_owned(),
            reason: "returned goods".to_owned(),
            note: None,
            dated_on,
            issued_on: self.shop.invoices[&invoice].issued_on.expect("it was issued"),
            destinations,
            keep_fees,
        };
        let outcome = self.shop.act(&[Touch::Invoice(invoice)], |account, ids| account.credit_note(ids, &input))?;
        let mut answer = format!("credited {} tax {}", self.show(outcome.amount), self.show(outcome.tax));
        if outcome.freed > 0 {
            answer += &format!(" freed {}", self.show(outcome.freed));
        }
        self.answers.push(answer);
        Ok(())
    }

    pub(super) fn fee(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let name = words.next();
        let invoice = self.invoice_id(words.next());
        let amount = self.amount(words.next());
        let due_on = self.shop.invoices[&invoice].due_on;
        let input = FeeCharge { invoice, amount, description: "Late fee".to_owned(), when: When::Today, due_on };
        let entry = self.shop.act(&[], |account, ids| account.charge_late_fee(ids, &input))?;
        self.name(name, Named::Entry(entry));
        Ok(())
    }
}
