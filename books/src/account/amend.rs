//! Charging an order or application, amending it, and taking its lines off (rules 7 and 8).
//!
//! Invariants: one charge per posting; what is added and what is removed are posted apart, never the net; a removed
//! line lessens the charge that brought it, by what was not yet credited of it; a discount takes uninvoiced charges
//! first, newest first. Where a lessened charge is on an issued invoice the reduction *is* a credit note on that
//! invoice. Displaced money goes to other open charges of that order first. Left out: the order's record and its
//! states (`order.rs`).

use super::lessen::{Less, add_freed};
use super::{Account, ChargeLine, Dated, Freed, ItemState, LineRef, When};
use crate::calendar::Day;
use crate::entry::EntryKind;
use crate::ids::{AmendmentId, CreditNoteId, EntryId, IdSource, InvoiceId, OrderId};
use crate::ledger::rules;
use crate::refusal::Refusal;
use crate::tax::{Priced, tax_of_part};

/// Lines of one posting with their prices; negative for discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLines {
    pub net: i64,
    pub tax: i64,
    pub lines: Vec<NewLine>,
}

/// A line and what it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLine {
    pub line: LineRef,
    pub gross: i64,
    pub tax: i64,
}

impl NewLines {
    /// The prices of lines that were given these ids, in the same order.
    pub fn of(priced: &Priced, lines: impl IntoIterator<Item = LineRef>) -> NewLines {
        let lines = lines.into_iter().zip(&priced.lines);
        let lines = lines.map(|(line, price)| NewLine { line, gross: price.gross, tax: price.tax }).collect();
        NewLines { net: priced.net, tax: priced.tax, lines }
    }

    pub fn gross(&self) -> i64 {
        self.net + self.tax
    }
}

/// An order that leaves draft, or an application that is submitted.
#[derive(Debug, Clone)]
pub struct OrderCharge {
    pub order: OrderId,
    pub description: String,
    pub lines: NewLines,
    pub when: When,
    pub due_on: Option<Day>,
}

/// One amendment: what it adds, the discounts it gives, the lines it takes off.
#[derive(Debug, Clone)]
pub struct Amend {
    pub order: OrderId,
    pub amendment: AmendmentId,
    pub description: String,
    pub reason: String,
    pub note: Option<String>,
    /// Lines that are not discounts.
    pub add: Option<NewLines>,
    /// Discounts, priced by themselves: negative.
    pub discount: Option<NewLines>,
    pub remove: Vec<LineRef>,
    pub when: When,
    /// The order is completed or the application approved: what is added is earned at once.
    pub recognized: bool,
    pub due_on: Option<Day>,
}

/// Lines taken off because the order is canceled (all) or the application denied or withdrawn (those staff tick).
#[derive(Debug, Clone)]
pub struct TakeOff {
    pub order: OrderId,
    pub amendment: AmendmentId,
    /// Nothing: everything that can still be taken off.
    pub lines: Option<Vec<LineRef>>,
    pub reason: String,
    pub note: Option<String>,
    pub when: When,
}

/// What an amendment did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AmendOutcome {
    /// The charge it added.
    pub charge: Option<EntryId>,
    pub reductions: Vec<EntryId>,
    /// Credit notes that came to be because a lessened charge is on an issued invoice; one an invoice.
    pub credit_notes: Vec<OwnCreditNote>,
    /// Reversals of late fees of invoices that are credited in full now.
    pub fees_reversed: Vec<EntryId>,
    /// Displaced money that found no other open charge of the order.
    pub freed: Vec<Freed>,
}

/// A credit note that an amendment made. Amounts are positive minor units, `net + tax = amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCreditNote {
    pub id: CreditNoteId,
    pub invoice: InvoiceId,
    pub amount: i64,
    pub net: i64,
    pub tax: i64,
    pub dated_on: Day,
}

/// What all reductions of one amendment share.
struct Cut<'a> {
    order: OrderId,
    amendment: AmendmentId,
    reason: &'a str,
    note: Option<&'a str>,
    dated: Dated,
}

/// Discounts of one posting that are taken off together; positive.
struct Discounts {
    charge: EntryId,
    /// What all lines of the posting come to before.
    lines_left: i64,
    gross: i64,
    tax: i64,
}

impl Discounts {
    /// Gross and tax of what is owed again: of a discount only what it lessens still. It may have outlived its items.
    fn given_back(&self) -> (i64, i64) {
        let gross = (self.lines_left + self.gross).max(0) - self.lines_left.max(0);
        (gross, tax_of_part(self.gross, self.tax, gross, 0))
    }
}

impl Account {
    /// Charges the first lines of an order or application. Nothing for an order that comes to 0. The lines are on the
    /// account from now on.
    pub fn charge_order(&mut self, ids: &mut dyn IdSource, input: &OrderCharge) -> Result<Option<EntryId>, Refusal> {
        let dated = self.dated(input.when)?;
        let place = self.charge_lines(ids, input.order, None, &input.description, &input.lines, dated, input.due_on)?;
        Ok(place.map(|at| self.items[at].entry.id))
    }

    /// Refuses: a line that is not on the order or was taken off, a discount of more than is left of the order's
    /// charges.
    pub fn amend(&mut self, ids: &mut dyn IdSource, input: &Amend) -> Result<AmendOutcome, Refusal> {
        let dated = self.dated(input.when)?;
        let cut =
            Cut { order: input.order, amendment: input.amendment, reason: &input.reason, note: input.note.as_deref(), dated };
        let mut outcome = AmendOutcome::default();
        if let Some(lines) = &input.add {
            let amendment = Some(input.amendment);
            let place = self.charge_lines(ids, input.order, amendment, &input.description, lines, dated, input.due_on)?;
            if let Some(at) = place {
                let entry = &mut self.items[at].entry;
                (entry.reason, entry.note) = (Some(input.reason.clone()), input.note.clone());
                outcome.charge = Some(entry.id);
                if input.recognized {
                    self.recognize(at, dated)?;
                }
            }
        }
        self.remove_lines(ids, &cut, &input.remove, input.recognized, &mut outcome)?;
        if let Some(discount) = &input.discount {
            self.discount(ids, &cut, discount, &mut outcome)?;
        }
        self.end_of_amendment(ids, &cut, &mut outcome)?;
        Ok(outcome)
    }

    /// Takes all lines off (a canceled order) or those that staff ticked (a denied or withdrawn application).
    pub fn take_off(&mut self, ids: &mut dyn IdSource, input: &TakeOff) -> Result<AmendOutcome, Refusal> {
        let dated = self.dated(input.when)?;
        let cut =
            Cut { order: input.order, amendment: input.amendment, reason: &input.reason, note: input.note.as_deref(), dated };
        let mut outcome = AmendOutcome::default();
        match &input.lines {
            Some(lines) => self.remove_lines(ids, &cut, lines, false, &mut outcome)?,
            None => {
                let charges = self.charges_of_order(input.order);
                for charge in charges.iter().copied() {
                    let (off, tax_off) = self.lessened(charge)?;
                    let entry = &self.items[charge].entry;
                    let less = Less { charge, amount: entry.amount - off, tax: entry.tax - tax_off };
                    self.cut(ids, &cut, less, &mut outcome)?;
                }
                let ids: Vec<EntryId> = charges.into_iter().map(|at| self.items[at].entry.id).collect();
                self.lines.iter_mut().filter(|line| ids.contains(&line.charge)).for_each(ChargeLine::credit_whole);
            }
        }
        self.end_of_amendment(ids, &cut, &mut outcome)?;
        Ok(outcome)
    }

    /// Revenue of an order's charges is earned now: it was completed, or the application approved. Idempotent.
    pub fn recognize_order(&mut self, order: OrderId, when: When) -> Result<(), Refusal> {
        let dated = self.dated(when)?;
        for charge in self.charges_of_order(order) {
            self.recognize(charge, dated)?;
        }
        Ok(())
    }

    /// Moves what is left of a charge from *not yet invoiced* to revenue and tax. Charges that were earned are left
    /// alone.
    pub(super) fn recognize(&mut self, charge: usize, dated: Dated) -> Result<(), Refusal> {
        let item = &self.items[charge];
        if item.state.recognized || item.entry.kind != EntryKind::Order {
            return Ok(());
        }
        let (off, tax_off) = self.lessened(charge)?;
        let entry = &self.items[charge].entry;
        let (gross, tax) = (entry.amount - off, entry.tax - tax_off);
        let (id, on) = (entry.id, dated.on.max(entry.effective_on));
        if gross > 0 {
            // The first two lines charged the order.
            self.add_lines(id, 3, on, rules::revenue_recognized(gross - tax, tax))?;
        }
        self.items[charge].state.recognized = true;
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one posting, named at both of its callers")]
    fn charge_lines(
        &mut self,
        ids: &mut dyn IdSource,
        order: OrderId,
        amendment: Option<AmendmentId>,
        description: &str,
        lines: &NewLines,
        dated: Dated,
        due_on: Option<Day>,
    ) -> Result<Option<usize>, Refusal> {
        let gross = lines.gross();
        if gross < 0 {
            return Err(Refusal::NotACharge { net: self.money(lines.net), tax: self.money(lines.tax) });
        }
        if gross == 0 {
            return Ok(None);
        }
        let mut entry = self.draft(ids, EntryKind::Order, gross, description, dated);
        (entry.net, entry.tax, entry.due_on) = (lines.net, lines.tax, due_on);
        (entry.order, entry.amendment) = (Some(order), amendment);
        let charge = entry.id;
        let at = self.post(entry, ItemState::default(), rules::order_charged(gross))?;
        self.lines.extend(lines.lines.iter().map(|new| ChargeLine::new(charge, *new)));
        Ok(Some(at))
    }

    fn remove_lines(
        &mut self,
        ids: &mut dyn IdSource,
        cut: &Cut<'_>,
        remove: &[LineRef],
        recognized: bool,
        outcome: &mut AmendOutcome,
    ) -> Result<(), Refusal> {
        let (of_charge, given_back) = self.gather(remove)?;
        // Taking a discount off makes the order dearer: that is a charge of its own, never netted.
        if given_back.gross() > 0 {
            let (words, amendment) = ("Discount taken off", Some(cut.amendment));
            let at = self.charge_lines(ids, cut.order, amendment, words, &given_back, cut.dated, None)?;
            if let Some(at) = at.filter(|_| recognized) {
                self.recognize(at, cut.dated)?;
            }
        }
        for less in of_charge {
            let own = less.amount.min(self.lessenable(less.charge)?);
            self.cut(ids, cut, Less { amount: own, ..less }, outcome)?;
            let discounts_off = self.discounts_taken_off(less.charge);
            self.lessen_given_back(ids, cut, (less.amount - own).min(discounts_off), outcome)?;
        }
        Ok(())
    }

    /// What the lines take off each charge, and what discounts among them give back. The lines are whole credited
    /// from now on.
    fn gather(&mut self, remove: &[LineRef]) -> Result<(Vec<Less>, NewLines), Refusal> {
        let mut of_charge: Vec<Less> = Vec::new();
        let mut discounts: Vec<Discounts> = Vec::new();
        for wanted in remove {
            let place = self.lines.iter().position(|line| line.line == *wanted).ok_or(Refusal::NotFound { what: "the line" })?;
            let line = &self.lines[place];
            let (gross, tax, id) = (line.gross - line.credited, line.tax - line.credited_tax, line.charge);
            if gross == 0 && line.gross != 0 {
                return Err(Refusal::AlreadyTakenOff);
            }
            let charge = self.at(id)?;
            if gross < 0 {
                match discounts.iter_mut().find(|known| known.charge == id) {
                    Some(known) => (known.gross, known.tax) = (known.gross - gross, known.tax - tax),
                    None => discounts.push(Discounts { charge: id, lines_left: 0, gross: -gross, tax: -tax }),
                }
            } else if let Some(less) = of_charge.iter_mut().find(|less| less.charge == charge) {
                (less.amount, less.tax) = (less.amount + gross, less.tax + tax);
            } else {
                of_charge.push(Less { charge, amount: gross, tax });
            }
        }
        for line in &self.lines {
            let found = discounts.iter_mut().find(|known| known.charge == line.charge);
            found.into_iter().for_each(|known| known.lines_left += line.gross - line.credited);
        }
        let of = |line: &ChargeLine| remove.contains(&line.line);
        self.lines.iter_mut().filter(|line| of(line)).for_each(ChargeLine::credit_whole);
        let mut given_back = NewLines { net: 0, tax: 0, lines: Vec::new() };
        for (gross, tax) in discounts.iter().map(Discounts::given_back) {
            (given_back.net, given_back.tax) = (given_back.net + gross - tax, given_back.tax + tax);
        }
        Ok((of_charge, given_back))
    }

    /// Discounts inside a posting that were taken off since: so much of its lines' worth stands in charges without
    /// lines.
    fn discounts_taken_off(&self, charge: usize) -> i64 {
        let id = self.items[charge].entry.id;
        let off = |line: &&ChargeLine| line.charge == id && line.gross < 0 && line.credited == line.gross;
        self.lines.iter().filter(off).map(|line| -line.gross).sum()
    }

    /// Lessens the charges that taking discounts off had made: they have no lines of their own to be removed by.
    fn lessen_given_back(
        &mut self,
        ids: &mut dyn IdSource,
        cut: &Cut<'_>,
        most: i64,
        outcome: &mut AmendOutcome,
    ) -> Result<(), Refusal> {
        let mut left = most;
        for charge in self.charges_of_order(cut.order) {
            let id = self.items[charge].entry.id;
            let amount = self.lessenable(charge)?.min(left);
            if amount == 0 || self.lines.iter().any(|line| line.charge == id) {
                continue;
            }
            let (off, tax_off) = self.lessened(charge)?;
            let entry = &self.items[charge].entry;
            let tax = tax_of_part(entry.amount, entry.tax, off + amount, tax_off);
            self.cut(ids, cut, Less { charge, amount, tax }, outcome)?;
            left -= amount;
        }
        Ok(())
    }

    /// Rule 7: uninvoiced charges first, newest first; then invoiced ones. The discount's own tax is spread over the
    /// parts.
    fn discount(
        &mut self,
        ids: &mut dyn IdSource,
        cut: &Cut<'_>,
        discount: &NewLines,
        outcome: &mut AmendOutcome,
    ) -> Result<(), Refusal> {
        let (whole, tax) = (-discount.gross(), -discount.tax);
        let mut charges = self.charges_of_order(cut.order);
        charges.sort_by_key(|at| (self.items[*at].on_issued_invoice().is_some(), std::cmp::Reverse(self.items[*at].entry.id)));
        let (mut given, mut tax_given) = (0, 0);
        for charge in charges {
            let amount = self.lessenable(charge)?.min(whole - given);
            if amount > 0 {
                given += amount;
                let part = tax_of_part(whole, tax, given, tax_given);
                tax_given += part;
                self.cut(ids, cut, Less { charge, amount, tax: part }, outcome)?;
            }
        }
        if given < whole {
            return Err(Refusal::ExceedsTotal { asked: self.money(whole), creditable: self.money(given) });
        }
        Ok(())
    }

    /// One reduction: an amendment, or a credit note where the charge is on an issued invoice.
    fn cut(&mut self, ids: &mut dyn IdSource, cut: &Cut<'_>, less: Less, outcome: &mut AmendOutcome) -> Result<(), Refusal> {
        if less.amount == 0 {
            return Ok(());
        }
        let invoice = self.items[less.charge].on_issued_invoice();
        let note = invoice.map(|invoice| match outcome.credit_notes.iter().find(|note| note.invoice == invoice) {
            Some(note) => (invoice, note.id),
            None => (invoice, CreditNoteId::new(ids)),
        });
        let kind = if note.is_some() { EntryKind::CreditNote } else { EntryKind::Amendment };
        let (at, displaced) = self.lessen(ids, kind, less, cut.dated, false, |entry| {
            (entry.order, entry.amendment) = (Some(cut.order), Some(cut.amendment));
            (entry.reason, entry.note) = (Some(cut.reason.to_owned()), cut.note.map(str::to_owned));
            (entry.invoice, entry.credit_note) = note.unzip();
        })?;
        let entry = &self.items[at].entry;
        outcome.reductions.push(entry.id);
        for freed in displaced {
            add_freed(&mut outcome.freed, freed);
        }
        if let Some((invoice, id)) = note {
            let (amount, net, tax) = (entry.amount, entry.net, entry.tax);
            match outcome.credit_notes.iter_mut().find(|note| note.id == id) {
                Some(note) => (note.amount, note.net, note.tax) = (note.amount + amount, note.net + net, note.tax + tax),
                None => outcome.credit_notes.push(OwnCreditNote { id, invoice, amount, net, tax, dated_on: cut.dated.on }),
            }
        }
        Ok(())
    }

    /// Late fees fall with an invoice that is credited in full (rule 10); displaced money goes to the order's open
    /// charges.
    fn end_of_amendment(&mut self, ids: &mut dyn IdSource, cut: &Cut<'_>, outcome: &mut AmendOutcome) -> Result<(), Refusal> {
        for note in &outcome.credit_notes {
            if self.creditable(note.invoice)?.most == 0 {
                let (reversals, freed) = self.reverse_fees(ids, note.invoice, cut.reason, cut.dated)?;
                outcome.fees_reversed.extend(reversals);
                freed.into_iter().for_each(|more| add_freed(&mut outcome.freed, more));
            }
        }
        let charges = self.charges_of_order(cut.order);
        outcome.freed = self.resettle(&outcome.freed, &charges)?;
        Ok(())
    }
}

impl ChargeLine {
    pub(super) fn new(charge: EntryId, new: NewLine) -> ChargeLine {
        ChargeLine { line: new.line, charge, gross: new.gross, tax: new.tax, credited: 0, credited_tax: 0 }
    }

    fn credit_whole(&mut self) {
        (self.credited, self.credited_tax) = (self.gross, self.tax);
    }
}
