//! Everything one credit note shows, and what its paper prints.

use books::ids::{BusinessId, CreditNoteId};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::business::{self, Business};
use crate::store::credit_note::{self, CreditNote, CreditNoteLine};
use crate::store::customer::{self, Customer};
use crate::store::e_invoicing::{self, Sides};
use crate::store::invoice::{self, Invoice, InvoiceLine};

/// One credit note, read in one snapshot.
#[derive(Debug, Clone)]
pub struct CreditNoteSheet {
    pub business: Business,
    pub customer: Customer,
    pub note: CreditNote,
    pub lines: Vec<CreditNoteLine>,
    /// The invoice that it is on.
    pub invoice: Invoice,
    pub invoice_lines: Vec<InvoiceLine>,
    /// What electronic invoices say of both sides, as it stands now.
    pub sides: Sides,
}

/// Reads a credit note with all that belongs to it.
pub async fn credit_note_sheet(db: &Db, business: BusinessId, id: CreditNoteId) -> Result<CreditNoteSheet> {
    db.read(async move |reader| read(reader, business, id).await).await
}

pub(crate) async fn read(reader: &mut Reader<'_>, of: BusinessId, id: CreditNoteId) -> Result<CreditNoteSheet> {
    let business = business::one(reader, of).await?;
    let note = credit_note::one(reader, of, id).await?;
    let customer = customer::one(reader, of, note.customer_id).await?;
    let lines = credit_note::lines(reader, of, id).await?;
    let invoice = invoice::one(reader, of, note.invoice_id).await?;
    let invoice_lines = invoice::lines(reader, of, note.invoice_id).await?;
    let sides = e_invoicing::sides(reader, of, note.customer_id).await?;
    Ok(CreditNoteSheet { business, customer, note, lines, invoice, invoice_lines, sides })
}
