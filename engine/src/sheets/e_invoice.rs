//! An issued invoice or credit note as an electronic one: the same lines and sums, from what was frozen at issue.
//!
//! Invariants: it says what the paper's face says, and like the face it does not change; what came later (payments, credit
//! notes) is not on it. Details that were not known at issue are taken as they stand now, so that an invoice that was issued
//! before the business filled them in can still be had. Left out: whether it is complete, which [`einvoice::Bill::check`] says.

use einvoice::{Address, Basis, Bill, BillKind, BillLine, Buyer, Preceding, Seller, Untaxed, UntaxedReason};

use super::credit_note::CreditNoteSheet;
use super::invoice::InvoiceSheet;
use crate::error::{Error, Refusal, Result};
use crate::store::e_invoicing::{Place, Sides};
use crate::store::invoice::{Frozen, FrozenParty, InvoiceLine};

/// In which syntax it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// UBL 2.1, as Peppol carries it.
    Ubl,
    /// UN/CEFACT, as Factur-X embeds it.
    Cii,
}

/// An electronic invoice as XML. Refuses E_INVOICE_INCOMPLETE, naming what is missing.
pub fn xml(bill: &Bill, syntax: Syntax) -> Result<String> {
    let written = match syntax {
        Syntax::Ubl => einvoice::ubl(bill),
        Syntax::Cii => einvoice::cii(bill),
    };
    written.map_err(|fault| Error::refused("E_INVOICE_INCOMPLETE", fault.to_string()))
}

/// Why there is no electronic invoice, in the words the API would refuse with; none: there is.
pub fn lacking(bill: &Result<Bill>) -> Option<Refusal> {
    let refused = match bill {
        Ok(bill) => bill.check().err().map(|fault| Error::refused("E_INVOICE_INCOMPLETE", fault.to_string()))?,
        Err(Error::Refused(refusal)) => return Some(refusal.clone()),
        Err(_) => return None,
    };
    if let Error::Refused(refusal) = refused { Some(refusal) } else { None }
}

/// An issued invoice as a bill. Refuses NOT_ISSUED for a draft and for one that was voided.
pub fn of_invoice(sheet: &InvoiceSheet) -> Result<Bill> {
    let invoice = &sheet.invoice;
    let (Some(number), Some(issued_on), true) = (&invoice.number, invoice.issued_on, invoice.is_live()) else {
        return Err(Error::refused("NOT_ISSUED", "only an issued invoice that was not voided is an electronic one"));
    };
    let frozen = invoice.parties(&sheet.business, &sheet.customer)?;
    let sides = frozen_or(&frozen, &sheet.sides);
    Ok(Bill {
        kind: BillKind::Invoice,
        number: number.clone(),
        issued_on,
        due_on: invoice.due_on,
        terms: invoice.terms.clone().unwrap_or_default(),
        notes: [&invoice.description, &invoice.notes].into_iter().flatten().cloned().collect(),
        currency: invoice.currency,
        seller: seller(&frozen.business, &sides),
        buyer: buyer(&frozen.customer, &sides),
        order_number: sheet.order.as_ref().and_then(|order| order.number.clone()).unwrap_or_default(),
        preceding: None,
        lines: sheet.lines.iter().map(line).collect(),
        basis: Vec::new(),
        untaxed: untaxed(&sides),
        total: invoice.total,
        prepaid: invoice.total - invoice.due_at_issue,
    })
}

/// A credit note as a bill.
pub fn of_credit_note(sheet: &CreditNoteSheet) -> Result<Bill> {
    let note = &sheet.note;
    let frozen = note.parties()?;
    let sides = frozen_or(&frozen, &sheet.sides);
    let lines = sheet.lines.iter().map(|line| BillLine {
        description: line.description.clone(),
        quantity: "1".to_owned(),
        unit: String::new(),
        unit_net: None,
        tax_rate: line.tax_rate.clone(),
        net: line.net,
        tax: line.tax,
    });
    let basis = sheet.invoice_lines.iter().filter(|line| line.gross > 0);
    Ok(Bill {
        kind: BillKind::CreditNote,
        number: note.number.clone(),
        issued_on: note.dated_on,
        due_on: None,
        terms: String::new(),
        notes: vec![note.reason.clone()],
        currency: note.currency,
        seller: seller(&frozen.business, &sides),
        buyer: buyer(&frozen.customer, &sides),
        order_number: String::new(),
        preceding: Some(Preceding {
            number: sheet.invoice.number.clone().unwrap_or_default(),
            issued_on: sheet.invoice.issued_on,
        }),
        lines: lines.collect(),
        basis: basis.map(|line| Basis { tax_rate: line.tax_rate.clone(), gross: line.gross }).collect(),
        untaxed: untaxed(&sides),
        total: note.amount,
        prepaid: 0,
    })
}

fn frozen_or(frozen: &Frozen, now: &Sides) -> Sides {
    Sides {
        seller: frozen.seller.clone().or_else(|| now.seller.clone()),
        buyer: frozen.buyer.clone().or_else(|| now.buyer.clone()),
    }
}

fn line(line: &InvoiceLine) -> BillLine {
    BillLine {
        description: line.description.clone(),
        quantity: line.quantity.clone(),
        unit: line.unit.clone().unwrap_or_default(),
        unit_net: (!line.tax_included).then_some(line.unit_amount),
        tax_rate: line.tax_rate.clone(),
        net: line.net,
        tax: line.tax,
    }
}

fn address(place: Option<&Place>) -> Address {
    let text = |part: fn(&Place) -> &Option<String>| place.and_then(|place| part(place).clone()).unwrap_or_default();
    Address {
        street: text(|place| &place.street),
        postcode: text(|place| &place.postcode),
        city: text(|place| &place.city),
        country: text(|place| &place.country),
    }
}

fn seller(party: &FrozenParty, sides: &Sides) -> Seller {
    let details = sides.seller.clone().unwrap_or_default();
    Seller {
        name: party.name.clone(),
        address: address(Some(&details.place)),
        vat_id: details.vat_id.unwrap_or_default(),
        tax_number: details.tax_number.unwrap_or_default(),
        registration: details.registration.unwrap_or_default(),
        email: party.email.clone().unwrap_or_default(),
        phone: party.phone.clone().unwrap_or_default(),
        iban: details.iban.unwrap_or_default(),
        bic: details.bic.unwrap_or_default(),
    }
}

fn buyer(party: &FrozenParty, sides: &Sides) -> Buyer {
    let details = sides.buyer.clone().unwrap_or_default();
    Buyer {
        name: party.name.clone(),
        address: address(Some(&details.place)),
        vat_id: details.vat_id.unwrap_or_default(),
        email: party.email.clone().unwrap_or_default(),
        reference: details.buyer_reference.or_else(|| party.reference.clone()).unwrap_or_default(),
    }
}

fn untaxed(sides: &Sides) -> Option<UntaxedReason> {
    let details = sides.seller.as_ref()?;
    let why = match details.untaxed.as_deref()? {
        "exempt" => Untaxed::Exempt,
        "outside_scope" => Untaxed::OutsideScope,
        "reverse_charge" => Untaxed::ReverseCharge,
        "export" => Untaxed::Export,
        _ => return None,
    };
    Some(UntaxedReason { why, sentence: details.untaxed_reason.clone().unwrap_or_default() })
}
