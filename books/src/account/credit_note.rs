//! Credit notes: what was invoiced is lowered, and money that is no longer needed goes where staff say (rules 2, 10,
//! 11).
//!
//! Invariants: at most `total − credited` can be credited; what is open on the invoice is taken before money is
//! displaced, over all its charges; destinations split exactly the money that was freed, to the card goes at most what
//! came by card, and nothing that is disputed leaves. A full credit takes the late fees with it unless staff keep them.
//! Left out: the paper, its number and its lines' texts (`credit_note.rs`), and the refund of card money, which the
//! caller starts with what this answers.

use super::lessen::{Less, add_freed};
use super::{Account, Dated, Freed, ItemState, LineRef, Target, When};
use crate::calendar::Day;
use crate::entry::{Class, EntryKind};
use crate::figures::Figures;
use crate::ids::{CreditNoteId, EntryId, IdSource, InvoiceId, PaymentId};
use crate::ledger::rules::{self, Channel};
use crate::refusal::Refusal;
use crate::tax::tax_of_part;
use crate::words::words;

/// A credit note as staff ask for it.
#[derive(Debug, Clone)]
pub struct CreditNoteInput {
    pub id: CreditNoteId,
    pub invoice: InvoiceId,
    pub by: CreditBy,
    pub description: String,
    pub reason: String,
    pub note: Option<String>,
    pub dated_on: Option<Day>,
    /// The invoice's day of issue: the earliest day of a credit note.
    pub issued_on: Day,
    /// Empty: all to the balance.
    pub destinations: Vec<Destination>,
    /// Of a full credit: the late fees stay charged.
    pub keep_fees: bool,
}

/// By an amount, or by lines with the gross to take off each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreditBy {
    Amount(i64),
    Lines(Vec<(LineRef, i64)>),
}

words! {
    /// Where displaced money goes.
    DestinationKind {
        /// It stays as free credit.
        Balance = "balance",
        /// Refunded to the card it came from.
        Card = "card",
        /// Given back outside: cash, transfer.
        Outside = "outside",
    }
}

/// A part of the displaced money and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    pub to: DestinationKind,
    pub amount: i64,
}

/// What can be credited, and what a credit note of some amount would free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creditable {
    /// Total less what was credited before.
    pub most: i64,
    pub figures: Figures,
}

/// What a credit note did. Amounts positive, `net + tax = amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNoteOutcome {
    pub amount: i64,
    pub net: i64,
    pub tax: i64,
    pub reductions: Vec<EntryId>,
    /// Reversals of late fees.
    pub fees_reversed: Vec<EntryId>,
    pub lines: Vec<LineCredit>,
    /// Money that was displaced and that the invoice did not need elsewhere: what the destinations split.
    pub freed: i64,
    /// To be refunded to the card by the caller; reserved on the payment's credit until then.
    pub to_card: Vec<SentBack>,
    /// Paid out outside and posted.
    pub outside: Vec<SentBack>,
    /// What stays free on its own credit.
    pub to_balance: i64,
    pub dated_on: Day,
}

/// What one line was credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCredit {
    pub line: LineRef,
    pub gross: i64,
    pub tax: i64,
}

/// Displaced money of one credit that goes back to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentBack {
    pub credit: EntryId,
    pub payment: Option<PaymentId>,
    pub amount: i64,
}

impl Account {
    /// The most a credit note on the invoice can take off.
    pub fn creditable(&self, invoice: InvoiceId) -> Result<Creditable, Refusal> {
        let figures = self.figures(Target::Invoice(invoice))?;
        Ok(Creditable { most: figures.creditable(), figures })
    }

    /// Refuses: more than is creditable (of the invoice or of a line), a day before the issue or after today,
    /// destinations that do not add up to what is freed, more to the card than came by card, and money that is disputed.
    pub fn credit_note(&mut self, ids: &mut dyn IdSource, input: &CreditNoteInput) -> Result<CreditNoteOutcome, Refusal> {
        let dated = self.credit_note_day(input)?;
        let before = self.figures(Target::Invoice(input.invoice))?;
        let (cuts, lines) = self.credit_cuts(input, &before)?;
        let card_first = input.destinations.iter().any(|to| to.to == DestinationKind::Card);
        let mut outcome = CreditNoteOutcome {
            amount: 0,
            net: 0,
            tax: 0,
            reductions: Vec::new(),
            fees_reversed: Vec::new(),
            lines,
            freed: 0,
            to_card: Vec::new(),
            outside: Vec::new(),
            to_balance: 0,
            dated_on: dated.on,
        };
        let mut displaced: Vec<Freed> = Vec::new();
        for less in cuts {
            let (at, freed) = self.lessen(ids, EntryKind::CreditNote, less, dated, card_first, |entry| {
                (entry.invoice, entry.credit_note) = (Some(input.invoice), Some(input.id));
                (entry.reason, entry.note) = (Some(input.reason.clone()), input.note.clone());
                entry.description.clone_from(&input.description);
            })?;
            let entry = &self.items[at].entry;
            outcome.reductions.push(entry.id);
            outcome.amount += entry.amount;
            outcome.net += entry.net;
            outcome.tax += entry.tax;
            freed.into_iter().for_each(|more| add_freed(&mut displaced, more));
        }
        if outcome.amount == before.creditable() && !input.keep_fees {
            let (reversals, freed) = self.reverse_fees(ids, input.invoice, &input.reason, dated)?;
            outcome.fees_reversed = reversals;
            freed.into_iter().for_each(|more| add_freed(&mut displaced, more));
        }
        // What one charge no longer needs, another charge of the same invoice may: the invoice as a whole takes what
        // is open first.
        let charges = self.charges_of_invoice(input.invoice);
        let freed = self.resettle(&displaced, &charges)?;
        self.send(ids, input, freed, dated, &mut outcome)?;
        Ok(outcome)
    }

    fn credit_note_day(&self, input: &CreditNoteInput) -> Result<Dated, Refusal> {
        let day = input.dated_on.unwrap_or(self.basis.today);
        if day < input.issued_on || day > self.basis.today {
            return Err(Refusal::DateOutOfRange { day, from: input.issued_on, to: self.basis.today });
        }
        self.dated(When::On(day))
    }

    fn credit_cuts(&mut self, input: &CreditNoteInput, before: &Figures) -> Result<(Vec<Less>, Vec<LineCredit>), Refusal> {
        let asked = match &input.by {
            CreditBy::Amount(amount) => *amount,
            CreditBy::Lines(lines) => sum(lines.iter().map(|(_, gross)| *gross))?,
        };
        if asked <= 0 {
            return Err(Refusal::NotPositive);
        }
        if asked > before.creditable() {
            return Err(Refusal::ExceedsTotal { asked: self.money(asked), creditable: self.money(before.creditable()) });
        }
        match &input.by {
            CreditBy::Amount(amount) => Ok((self.cuts_by_amount(input.invoice, *amount)?, Vec::new())),
            CreditBy::Lines(lines) => self.cuts_by_line(input.invoice, lines),
        }
    }

    /// Spreads an amount over the invoice's charges: what is open first, then what was written off, then what money
    /// paid; the newest charge first each time. The tax of each part follows from its charge.
    fn cuts_by_amount(&self, invoice: InvoiceId, amount: i64) -> Result<Vec<Less>, Refusal> {
        let mut charges = self.charges_of_invoice(invoice);
        charges.retain(|at| self.items[*at].entry.kind != EntryKind::LateFee);
        charges.sort_by_key(|at| std::cmp::Reverse(self.items[*at].entry.id));
        let mut parts = vec![0_i64; charges.len()];
        let mut left = amount;
        for pass in 0..3 {
            for (part, at) in parts.iter_mut().zip(&charges) {
                let sums = self.sums_of(*at)?;
                let found = [sums.open(), sums.written_off, sums.paid][pass].min(left);
                *part += found;
                left -= found;
            }
        }
        let mut cuts = Vec::new();
        for (amount, charge) in parts.into_iter().zip(charges).filter(|(amount, _)| *amount > 0) {
            let (off, tax_off) = self.lessened(charge)?;
            let entry = &self.items[charge].entry;
            let upto = tax_of_part(entry.amount, entry.tax, off + amount, 0);
            cuts.push(Less { charge, amount, tax: (upto - tax_off).clamp(0, (entry.tax - tax_off).max(0)) });
        }
        Ok(cuts)
    }

    fn cuts_by_line(&mut self, invoice: InvoiceId, lines: &[(LineRef, i64)]) -> Result<(Vec<Less>, Vec<LineCredit>), Refusal> {
        let mut cuts: Vec<Less> = Vec::new();
        let mut credits = Vec::new();
        for (wanted, gross) in lines {
            let place = self.line_on_invoice(invoice, *wanted)?;
            let line = &self.lines[place];
            let left = line.gross - line.credited;
            if *gross <= 0 {
                return Err(Refusal::NotPositive);
            }
            if *gross > left {
                return Err(Refusal::ExceedsTotal { asked: self.money(*gross), creditable: self.money(left) });
            }
            let tax = tax_of_part(line.gross, line.tax, line.credited + gross, line.credited_tax);
            let charge = self.at(line.charge)?;
            let line = &mut self.lines[place];
            line.credited += gross;
            line.credited_tax += tax;
            credits.push(LineCredit { line: *wanted, gross: *gross, tax });
            match cuts.iter_mut().find(|less| less.charge == charge) {
                Some(less) => (less.amount, less.tax) = (less.amount + gross, less.tax + tax),
                None => cuts.push(Less { charge, amount: *gross, tax }),
            }
        }
        Ok((cuts, credits))
    }

    /// A charge without lines is a line of itself and is put on the account when it is first named.
    fn line_on_invoice(&mut self, invoice: InvoiceId, wanted: LineRef) -> Result<usize, Refusal> {
        let missing = Refusal::NotFound { what: "the line" };
        let known = self.lines.iter().position(|line| line.line == wanted);
        let place = match (known, wanted) {
            (Some(place), _) => place,
            (None, LineRef::Charge(charge)) => {
                let at = self.at(charge)?;
                let (off, tax_off) = self.lessened(at)?;
                let entry = &self.items[at].entry;
                let (gross, tax) = (entry.amount, entry.tax);
                let line = super::ChargeLine { line: wanted, charge, gross, tax, credited: off, credited_tax: tax_off };
                self.lines.push(line);
                self.lines.len() - 1
            }
            (None, _) => return Err(missing),
        };
        let item = &self.items[self.at(self.lines[place].charge)?];
        // A late fee is reversed, not credited: it is no part of the total.
        let creditable = item.on_issued_invoice() == Some(invoice) && item.entry.kind != EntryKind::LateFee;
        if creditable { Ok(place) } else { Err(missing) }
    }

    /// Rule 11: the destinations split exactly what was freed.
    fn send(
        &mut self,
        ids: &mut dyn IdSource,
        input: &CreditNoteInput,
        mut freed: Vec<Freed>,
        dated: Dated,
        outcome: &mut CreditNoteOutcome,
    ) -> Result<(), Refusal> {
        outcome.freed = sum(freed.iter().map(|money| money.amount))?;
        let (card, outside) = self.check_destinations(&input.destinations, outcome.freed)?;
        outcome.to_card = self.pick(&mut freed, card, super::Item::came_by_card)?;
        let found = sum(outcome.to_card.iter().map(|back| back.amount))?;
        if found < card {
            self.refuse_disputed(&freed)?;
            return Err(Refusal::CardTooMuch { asked: self.money(card), from_card: self.money(found) });
        }
        for back in outcome.to_card.clone() {
            let at = self.at(back.credit)?;
            self.items[at].state.reserved += back.amount;
        }
        outcome.outside = self.pick(&mut freed, outside, |item| !item.came_by_card())?;
        let rest = outside - sum(outcome.outside.iter().map(|back| back.amount))?;
        outcome.outside.extend(self.pick(&mut freed, rest, super::Item::came_by_card)?);
        let found = sum(outcome.outside.iter().map(|back| back.amount))?;
        if found < outside {
            self.refuse_disputed(&freed)?;
            return Err(Refusal::DoesNotAddUp { parts: self.money(outside), whole: self.money(found) });
        }
        for back in outcome.outside.clone() {
            self.hand_out(ids, input, back, dated)?;
        }
        outcome.to_balance = sum(freed.iter().map(|money| money.amount))?;
        Ok(())
    }

    /// Rule 6: money that is disputed is not given back a second time.
    fn refuse_disputed(&self, freed: &[Freed]) -> Result<(), Refusal> {
        let disputed = |money: &Freed| money.amount > 0 && self.item(money.credit).is_some_and(|item| item.state.disputed);
        if freed.iter().any(disputed) { Err(Refusal::Disputed) } else { Ok(()) }
    }

    /// What goes to the card and what outside; the rest is the balance's.
    fn check_destinations(&self, destinations: &[Destination], freed: i64) -> Result<(i64, i64), Refusal> {
        if destinations.iter().any(|to| to.amount <= 0) {
            return Err(Refusal::NotPositive);
        }
        let parts = sum(destinations.iter().map(|to| to.amount))?;
        if !destinations.is_empty() && parts != freed {
            return Err(Refusal::DoesNotAddUp { parts: self.money(parts), whole: self.money(freed) });
        }
        let of = |kind| sum(destinations.iter().filter(|to| to.to == kind).map(|to| to.amount));
        Ok((of(DestinationKind::Card)?, of(DestinationKind::Outside)?))
    }

    /// Takes up to `most` of the freed money whose credit is wanted, in the order it was displaced.
    fn pick(&self, freed: &mut [Freed], most: i64, wanted: impl Fn(&super::Item) -> bool) -> Result<Vec<SentBack>, Refusal> {
        let mut left = most;
        let mut picked = Vec::new();
        for money in freed.iter_mut() {
            let item = &self.items[self.at(money.credit)?];
            // What a refund under way will take is promised already.
            let amount = money.amount.min(left).min(item.usable());
            if amount > 0 && !item.state.disputed && wanted(item) {
                money.amount -= amount;
                left -= amount;
                picked.push(SentBack { credit: money.credit, payment: item.entry.payment, amount });
            }
        }
        Ok(picked)
    }

    /// Money given back outside: a refund of its payment, or a payout of credit by hand.
    fn hand_out(&mut self, ids: &mut dyn IdSource, input: &CreditNoteInput, back: SentBack, dated: Dated) -> Result<(), Refusal> {
        let credit = self.at(back.credit)?;
        debug_assert_eq!(self.items[credit].entry.class(), Class::Money, "only money is ever displaced");
        let (kind, words) = match back.payment {
            Some(_) => (EntryKind::Refund, "Refund"),
            None => (EntryKind::Payout, "Credit paid out"),
        };
        let dated = dated.no_earlier(self.items[credit].entry.effective_on);
        let mut entry = self.draft(ids, kind, back.amount, words, dated);
        (entry.payment, entry.credit_note) = (back.payment, Some(input.id));
        entry.reason = Some(input.reason.clone());
        let charge = self.post(entry, ItemState::default(), rules::refunded(back.amount, &Channel::Outside))?;
        self.allocate(credit, charge, back.amount)
    }
}

fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, Refusal> {
    amounts.into_iter().try_fold(0_i64, i64::checked_add).ok_or(Refusal::TooLarge)
}
