//! Papers to PDF: values in, bytes out.
//!
//! Each document is one function over one of the values of [`books::paper`]; it blocks, computes and touches nothing
//! else: no disk, no network, no clock. Invariants: a paper that does not add up is refused, not printed; the same
//! values give the same bytes; nothing a user wrote is read as markup. The PDF is tagged and asks for PDF/A-3a and
//! PDF/UA-1; text in a script for which that cannot be had is printed with the lesser standard rather than not at all.
//! Limits: those of `books::paper`, and a logo of [`MAX_LOGO_BYTES`] and [`MAX_LOGO_SIDE`]. How many run at a time is
//! the caller's business (about 30 ms of one core a page). An electronic invoice is carried inside, but written elsewhere
//! (crate `einvoice`). A template of the business's own is run by [`perform`], which belongs into a process with limits of its own:
//! the typesetter has no fuel and no clock. The only crate that knows typst.

mod credit_note;
mod facturx;
mod fonts;
mod format;
mod frame;
mod invoice;
mod letter;
mod logo;
mod look;
mod order;
mod own;
mod receipt;
mod refund;
mod sections;
mod statement;
mod words;
mod world;

pub use credit_note::credit_note;
pub use invoice::invoice;
pub use letter::letter;
pub use logo::{MAX_LOGO_BYTES, MAX_LOGO_SIDE};
pub use order::order;
pub use own::{built_in, data, draw, errand, perform};
pub use receipt::receipt;
pub use refund::refund;
pub use statement::statement;
pub use world::Mistake;

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// The paper itself is at fault; nothing was printed.
    #[error(transparent)]
    Fault(#[from] books::paper::PaperFault),
    /// The picture cannot be used; a sentence for the person who uploaded it.
    #[error("the logo cannot be used: {0}")]
    Logo(String),
    /// A payment link that does not fit a QR code.
    #[error("the payment link of {0} characters is too long for a QR code")]
    Link(usize),
    /// Ours: a template did not compile or the PDF could not be written.
    #[error("the paper could not be laid out: {0}")]
    Layout(String),
}

#[cfg(test)]
mod tests;
