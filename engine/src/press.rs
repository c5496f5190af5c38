//! What draws papers, as acts and jobs see it: sheets in, a PDF out.
//!
//! Invariants: a paper prints what its sheet says; it is drawn outside of any transaction, because drawing is slow. The engine
//! does not know how it is done: whoever starts the installation hands a press in (`Services::press`), and without one nothing
//! is attached to mails.

use std::future::Future;
use std::pin::Pin;

use books::paper::PaperKind;

use crate::error::Result;
use crate::sheets::credit_note::CreditNoteSheet;
use crate::sheets::invoice::InvoiceSheet;
use crate::sheets::order::OrderSheet;
use crate::sheets::payment::PaymentSheet;
use crate::sheets::refund::RefundSheet;
use crate::sheets::statement::StatementSheet;
use crate::store::business::Business;

/// A boxed future, so that a press can stand behind `dyn`.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What is to be printed. `pay_url`: where it can be paid, printed with a code.
#[derive(Debug, Clone)]
pub enum Printable<'a> {
    Order {
        sheet: &'a OrderSheet,
        pay_url: Option<String>,
    },
    Invoice {
        sheet: &'a InvoiceSheet,
        pay_url: Option<String>,
    },
    CreditNote(&'a CreditNoteSheet),
    /// The receipt of a payment.
    Receipt(&'a PaymentSheet),
    Refund(&'a RefundSheet),
    Statement {
        sheet: &'a StatementSheet,
        pay_url: Option<String>,
    },
    /// A letter that asks for what an account owes.
    Letter {
        sheet: &'a StatementSheet,
        pay_url: Option<String>,
    },
}

/// A paper that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// What a file of it is called, without an ending.
    pub name: String,
    /// The PDF.
    pub bytes: Vec<u8>,
}

/// Draws papers.
pub trait Press: Send + Sync {
    /// A paper by the business's own template where it has one that works, else by the built-in one. What was printed for keeps
    /// before comes out byte for byte.
    fn print<'a>(&'a self, of: Printable<'a>) -> Fut<'a, Result<Printed>>;

    /// A made-up paper of this kind by a template. Refuses the template at the field `template`, place by place.
    fn proof<'a>(&'a self, of: &'a Business, kind: PaperKind, template: &'a str) -> Fut<'a, Result<Vec<u8>>>;

    /// The template that papers of this kind are printed by as long as the business has none of its own.
    fn built_in(&self, kind: PaperKind) -> String;

    /// What a template of this kind reads as `data.json`, of a made-up paper.
    fn sample_data(&self, of: &Business, kind: PaperKind) -> Result<String>;
}
