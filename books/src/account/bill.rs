//! Invoices on the account: claiming charges for a draft, issuing, billing lines from scratch, late fees, voiding
//! (rules 8 and 10).
//!
//! Invariants: a charge is on at most one live invoice; an invoice covers whole charges, earlier part payments
//! included; an issued total never changes. Issuing earns the revenue of an order's charges. Left out: numbers,
//! frozen texts and the invoice's own state (`invoice.rs`).

use super::lessen::{Less, add_freed};
use super::{Account, ChargeLine, Cover, Freed, ItemState, NewLines, Target, When};
use crate::calendar::Day;
use crate::entry::{Class, EntryKind};
use crate::figures::ChargeSums;
use crate::ids::{EntryId, IdSource, InvoiceId, OrderId};
use crate::ledger::rules;
use crate::refusal::Refusal;

/// The lines of an invoice written from scratch, at issue.
#[derive(Debug, Clone)]
pub struct ScratchBill {
    pub invoice: InvoiceId,
    pub description: String,
    pub lines: NewLines,
    pub when: When,
    pub due_on: Option<Day>,
}

/// A late fee on an overdue invoice.
#[derive(Debug, Clone)]
pub struct FeeCharge {
    pub invoice: InvoiceId,
    pub amount: i64,
    pub description: String,
    pub when: When,
    /// The due day of the invoice it joins.
    pub due_on: Option<Day>,
}

/// An issued invoice that is taken back.
#[derive(Debug, Clone)]
pub struct VoidInvoice {
    pub invoice: InvoiceId,
    pub reason: String,
    pub when: When,
    /// Its late fees stay charged.
    pub keep_fees: bool,
}

/// What an invoice said at issue. `due = total − already_paid` (and less what was written off before).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueOutcome {
    pub charges: Vec<EntryId>,
    /// Charges less reductions before issue.
    pub total: i64,
    /// Payments and credit applied before or by this issue: "Already paid / Applied balance".
    pub already_paid: i64,
    pub due: i64,
}

/// What voiding did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voided {
    pub reversals: Vec<EntryId>,
    /// Payments that became credit.
    pub freed: Vec<Freed>,
}

impl Account {
    /// Charges of an order that no live invoice has and of which something is open: what *Generate invoice* bills.
    /// Empty: everything is invoiced or paid.
    pub fn billable(&self, order: OrderId) -> Vec<EntryId> {
        let charges = self.charges_of_order(order).into_iter().map(|at| &self.items[at]);
        charges.filter(|item| item.state.cover.is_none() && item.open() > 0).map(|item| item.entry.id).collect()
    }

    /// A draft claims charges: no other live invoice can have them. It drops those it claimed before and does not name
    /// again. Refuses charges on another live invoice.
    pub fn claim(&mut self, invoice: InvoiceId, charges: &[EntryId]) -> Result<(), Refusal> {
        self.release_claims(invoice);
        for charge in charges {
            let at = self.free_to_bill(*charge)?;
            self.items[at].state.cover = Some(Cover { invoice, issued: false, due_on: None });
        }
        Ok(())
    }

    /// Drops what a draft had claimed: it was deleted.
    pub fn release_claims(&mut self, invoice: InvoiceId) {
        for item in &mut self.items {
            if item.state.cover.as_ref().is_some_and(|cover| cover.invoice == invoice && !cover.issued) {
                item.state.cover = None;
            }
        }
    }

    /// Issues an invoice over charges that exist: they are on it from now on and their revenue is earned. Free credit
    /// is applied first, as far as the setting says. Refuses charges of another live invoice, and an empty list.
    pub fn issue_covering(
        &mut self,
        invoice: InvoiceId,
        charges: &[EntryId],
        due_on: Option<Day>,
        when: When,
    ) -> Result<IssueOutcome, Refusal> {
        let dated = self.dated(when)?;
        self.claim(invoice, charges)?;
        for at in self.charges_of_invoice(invoice) {
            self.recognize(at, dated)?;
            self.items[at].state.cover = Some(Cover { invoice, issued: true, due_on });
        }
        self.issued(invoice)
    }

    /// Issues an invoice from scratch: its lines become one charge. Refuses lines that come to nothing.
    pub fn issue_lines(&mut self, ids: &mut dyn IdSource, input: &ScratchBill) -> Result<IssueOutcome, Refusal> {
        let dated = self.dated(input.when)?;
        let (net, tax) = (input.lines.net, input.lines.tax);
        if input.lines.gross() <= 0 {
            return Err(Refusal::NotACharge { net: self.money(net), tax: self.money(tax) });
        }
        let mut entry = self.draft(ids, EntryKind::Invoice, input.lines.gross(), &input.description, dated);
        (entry.net, entry.tax, entry.due_on, entry.invoice) = (net, tax, input.due_on, Some(input.invoice));
        let charge = entry.id;
        let cover = Some(Cover { invoice: input.invoice, issued: true, due_on: input.due_on });
        self.post(entry, ItemState { recognized: true, cover, ..ItemState::default() }, rules::charged(net, tax))?;
        self.lines.extend(input.lines.lines.iter().map(|new| ChargeLine::new(charge, *new)));
        self.issued(input.invoice)
    }

    /// Adds a late fee to the invoice it is for.
    pub fn charge_late_fee(&mut self, ids: &mut dyn IdSource, input: &FeeCharge) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let mut entry = self.draft(ids, EntryKind::LateFee, input.amount, &input.description, dated);
        entry.invoice = Some(input.invoice);
        let id = entry.id;
        let cover = Some(Cover { invoice: input.invoice, issued: true, due_on: input.due_on });
        let state = ItemState { recognized: true, cover, ..ItemState::default() };
        self.post(entry, state, rules::late_fee_charged(input.amount))?;
        Ok(id)
    }

    /// Takes an invoice back: charges it posted are reversed and their payments become credit; charges it only covered
    /// keep their payments and can be billed again. Refused while a credit note on it stands.
    pub fn void_invoice(&mut self, ids: &mut dyn IdSource, input: &VoidInvoice) -> Result<Voided, Refusal> {
        let dated = self.dated(input.when)?;
        let charges = self.charges_of_invoice(input.invoice);
        for charge in &charges {
            self.complete(*charge)?;
        }
        let credited = |entry: &crate::entry::Entry| entry.kind == EntryKind::CreditNote && entry.invoice == Some(input.invoice);
        if self.items.iter().any(|item| credited(&item.entry)) {
            return Err(Refusal::CreditNoteStands);
        }
        let mut outcome = Voided::default();
        for at in charges {
            let kind = self.items[at].entry.kind;
            let own = kind == EntryKind::Invoice || (kind == EntryKind::LateFee && !input.keep_fees);
            let left = self.lessenable(at)?;
            if own && left > 0 {
                let (_, tax_off) = self.lessened(at)?;
                let less = Less { charge: at, amount: left, tax: self.items[at].entry.tax - tax_off };
                let (reversal, freed) = self.lessen(ids, EntryKind::Void, less, dated, false, |entry| {
                    (entry.invoice, entry.reason) = (Some(input.invoice), Some(input.reason.clone()));
                })?;
                outcome.reversals.push(self.items[reversal].entry.id);
                freed.into_iter().for_each(|more| add_freed(&mut outcome.freed, more));
            }
            self.items[at].state.cover = None;
        }
        Ok(outcome)
    }

    /// Rule 10: late fees fall with the invoice. Answers the reversals and the money they displaced.
    pub(super) fn reverse_fees(
        &mut self,
        ids: &mut dyn IdSource,
        invoice: InvoiceId,
        reason: &str,
        dated: super::Dated,
    ) -> Result<(Vec<EntryId>, Vec<Freed>), Refusal> {
        let (mut reversals, mut freed) = (Vec::new(), Vec::new());
        for at in self.charges_of_invoice(invoice) {
            if self.items[at].entry.kind != EntryKind::LateFee || self.lessenable(at)? == 0 {
                continue;
            }
            let (id, amount) = (self.items[at].entry.id, self.items[at].entry.amount);
            let less = Less { charge: at, amount, tax: 0 };
            let (reversal, displaced) = self.lessen(ids, EntryKind::Reversal, less, dated, false, |entry| {
                (entry.reverses, entry.invoice, entry.reason) = (Some(id), Some(invoice), Some(reason.to_owned()));
            })?;
            reversals.push(self.items[reversal].entry.id);
            displaced.into_iter().for_each(|more| add_freed(&mut freed, more));
        }
        Ok((reversals, freed))
    }

    /// A charge proper that no live invoice has.
    fn free_to_bill(&self, charge: EntryId) -> Result<usize, Refusal> {
        let at = self.at(charge)?;
        let item = &self.items[at];
        if item.entry.class() != Class::Charge {
            return Err(Refusal::NotFound { what: "the charge" });
        }
        if item.state.cover.is_some() { Err(Refusal::AlreadyInvoiced { charge }) } else { Ok(at) }
    }

    fn issued(&mut self, invoice: InvoiceId) -> Result<IssueOutcome, Refusal> {
        if self.basis.apply_free {
            self.apply_free()?;
        }
        let charges = self.charges_of_invoice(invoice);
        if charges.is_empty() {
            return Err(Refusal::NoBalance);
        }
        let mut outcome = IssueOutcome { charges: Vec::new(), total: 0, already_paid: 0, due: 0 };
        for at in charges {
            let sums = self.sums_of(at)?;
            outcome.charges.push(self.items[at].entry.id);
            outcome.total += sums.amount - sums.lowered;
            outcome.already_paid += sums.paid;
            outcome.due += sums.open();
        }
        Ok(outcome)
    }

    /// What reductions have left of a charge: gross, and the tax inside. What an invoice that covers it prints. Its
    /// allocations must be loaded.
    pub fn left_of(&self, charge: EntryId) -> Result<(i64, i64), Refusal> {
        let at = self.at(charge)?;
        let (off, tax_off) = self.lessened(at)?;
        let entry = &self.items[at].entry;
        Ok((entry.amount - off, entry.tax - tax_off))
    }

    /// The sums of each charge a document covers. Their allocations must be loaded.
    pub fn sums(&self, target: Target) -> Result<Vec<ChargeSums>, Refusal> {
        self.charges_of(target).into_iter().map(|at| self.sums_of(at)).collect()
    }

    /// The sums of a charge that figures are made from. Needs its allocations.
    pub(super) fn sums_of(&self, charge: usize) -> Result<ChargeSums, Refusal> {
        self.complete(charge)?;
        let entry = &self.items[charge].entry;
        let mut sums = ChargeSums::new(entry.kind, entry.amount);
        for row in self.rows.iter().filter(|row| row.charge == charge) {
            sums.add(self.items[row.credit].entry.kind, row.live);
        }
        Ok(sums)
    }
}
