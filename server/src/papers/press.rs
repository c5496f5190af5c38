//! The press: sheets to PDF, by the built-in templates in this process, by a business's own in a process with limits.
//!
//! Invariants: only a few papers are drawn at a time, and those of slow templates have turns of their own, so they hold up nobody
//! else. A template that fails never holds up business: the built-in one stands in and the failure is written down. The first
//! print of an invoice or credit note is kept and handed out byte for byte while nothing has changed; whoever opens it first does
//! not decide what it says. Limits: [`AT_ONCE`].

use std::sync::Arc;

use books::ids::BusinessId;
use books::paper::{Paper, PaperKind};
use engine::db::Db;
use engine::error::{Error, FieldError, Result};
use engine::flows::call::Call;
use engine::flows::keep_paper::{FirstPrint, keep_paper};
use engine::flows::replace_template::note_failure;
use engine::press::{Fut, Press, Printable, Printed};
use engine::sheets::credit_note::CreditNoteSheet;
use engine::sheets::e_invoice::{self, Syntax};
use engine::sheets::invoice::InvoiceSheet;
use engine::store::business::Business;
use engine::store::invoice::kept_paper;
use engine::store::paper_template;
use locale::Tongue;
use tokio::sync::Semaphore;

use super::invoices::{credit_note_paper, invoice_paper};
use super::orders::order_paper;
use super::receipts::receipt_paper;
use super::refunds::refund_paper;
use super::statements::{letter_paper, statement_paper};
use super::worker::{Failed, run};
use super::{Papers, samples};

/// So many papers are drawn at a time in this process, and so many by processes of their own.
const AT_ONCE: usize = 2;
/// The most mistakes of a template that are told at a time.
const MISTAKES: usize = 20;

/// Draws the papers of an installation.
pub struct PaperPress {
    db: Db,
    papers: Papers,
    turns: Semaphore,
    own_turns: Semaphore,
}

/// A paper that was drawn, and the digest of the business's own template if that printed it.
struct Drawn {
    bytes: Vec<u8>,
    template: Option<String>,
}

/// What is kept of a paper's first print.
struct Keeping {
    business: BusinessId,
    about: String,
    locale: String,
    customer: books::ids::CustomerId,
}

impl PaperPress {
    pub fn new(db: Db, papers: Papers) -> PaperPress {
        PaperPress { db, papers, turns: Semaphore::new(AT_ONCE), own_turns: Semaphore::new(AT_ONCE) }
    }

    async fn paper(&self, of: Printable<'_>) -> Result<Printed> {
        let now = self.db.clock().now();
        let (business, name, mut paper) = match of {
            Printable::Invoice { sheet, pay_url } => return self.invoice(sheet, pay_url).await,
            Printable::CreditNote(sheet) => return self.credit_note(sheet).await,
            Printable::Order { sheet, pay_url } => (
                &sheet.business,
                sheet.order.number.clone().unwrap_or_else(|| "draft".to_owned()),
                Paper::Order(order_paper(sheet, pay_url, now)),
            ),
            Printable::Receipt(sheet) => {
                (&sheet.business, sheet.payment.number.clone(), Paper::Receipt(receipt_paper(sheet, now)))
            }
            Printable::Refund(sheet) => {
                (&sheet.payment.business, sheet.refund.number.clone(), Paper::Refund(refund_paper(sheet, now)))
            }
            Printable::Statement { sheet, pay_url } => (
                &sheet.business,
                format!("statement-{}-{}", sheet.period.from, sheet.period.to),
                Paper::Statement(statement_paper(sheet, pay_url)),
            ),
            Printable::Letter { sheet, pay_url } => {
                (&sheet.business, format!("letter-{}", sheet.period.to), Paper::Letter(letter_paper(sheet, pay_url)))
            }
        };
        write_under(business, &mut paper)?;
        Ok(Printed { name, bytes: self.drawn(business.id, paper, None).await?.bytes })
    }

    /// While nothing has changed since the issue: the first print. A print with a way to pay is one person's and may be taken back, so
    /// that it is drawn for each who asks and never kept; its mail keeps the copy that was sent.
    async fn invoice(&self, sheet: &InvoiceSheet, pay_url: Option<String>) -> Result<Printed> {
        let personal = pay_url.is_some();
        let paper = invoice_paper(sheet, pay_url)?;
        let invoice = &sheet.invoice;
        let name = invoice.number.clone().unwrap_or_else(|| "draft".to_owned());
        let xml = || e_invoice::of_invoice(sheet).and_then(|bill| e_invoice::xml(&bill, Syntax::Cii)).ok();
        if invoice.number.is_none() || paper.as_at.is_some() || personal {
            let bytes = self.drawn(invoice.business_id, Paper::Invoice(paper), xml()).await?.bytes;
            return Ok(Printed { name, bytes });
        }
        let keeping = Keeping {
            business: invoice.business_id,
            about: invoice.id.to_string(),
            locale: paper.head.locale.clone(),
            customer: sheet.customer.id,
        };
        self.kept(keeping, name, Paper::Invoice(paper), xml).await
    }

    /// It never changes, so its first print is the only one.
    async fn credit_note(&self, sheet: &CreditNoteSheet) -> Result<Printed> {
        let paper = credit_note_paper(sheet)?;
        let xml = || e_invoice::of_credit_note(sheet).and_then(|bill| e_invoice::xml(&bill, Syntax::Cii)).ok();
        let keeping = Keeping {
            business: sheet.note.business_id,
            about: sheet.note.id.to_string(),
            locale: paper.head.locale.clone(),
            customer: sheet.customer.id,
        };
        self.kept(keeping, sheet.note.number.clone(), Paper::CreditNote(paper), xml).await
    }

    async fn kept(&self, of: Keeping, name: String, paper: Paper, xml: impl Fn() -> Option<String>) -> Result<Printed> {
        let Keeping { business, about, locale, customer } = of;
        if let Some(kept) = kept_paper(&self.db, business, about.clone(), locale.clone()).await? {
            return Ok(Printed { name, bytes: kept.bytes });
        }
        let Drawn { bytes, template } = self.drawn(business, paper, xml()).await?;
        let print = FirstPrint { about, locale, customer, template, bytes };
        Ok(Printed { name, bytes: keep_paper(&self.db, &Call::system(business, "first print"), print).await? })
    }

    /// By the business's own template where it has one that works.
    async fn drawn(&self, of: BusinessId, paper: Paper, xml: Option<String>) -> Result<Drawn> {
        let (kind, paper) = (paper.kind(), Arc::new(paper));
        if let Some(own) = paper_template::own(&self.db, of, kind).await? {
            match self.by_template(&paper, xml.clone(), own.source).await {
                Ok(bytes) => return Ok(Drawn { bytes, template: Some(own.sha256) }),
                Err(Failed::Values(why)) => return Err(Error::Fault(why)),
                Err(failed) => {
                    let why = failed.to_string();
                    tracing::warn!(business = %of, kind = kind.word(), %why, "a template failed; the built-in one stands in");
                    note_failure(&self.db, of, kind, &own.sha256, &why).await?;
                }
            }
        }
        let _turn = self.turns.acquire().await.map_err(|_| Error::Busy { retry_after_s: 2 })?;
        let draw = self.papers.draw;
        let drawn = tokio::task::spawn_blocking(move || draw(&paper, xml.as_deref())).await;
        let bytes = drawn.map_err(|error| Error::Fault(format!("drawing {}: {error}", kind.word())))?;
        let bytes = bytes.map_err(|why| Error::Fault(format!("drawing {}: {why}", kind.word())))?;
        Ok(Drawn { bytes, template: None })
    }

    async fn by_template(&self, paper: &Arc<Paper>, xml: Option<String>, template: String) -> Result<Vec<u8>, Failed> {
        let _turn = self.own_turns.acquire().await.map_err(|_| Failed::NotStarted("the server is stopping".to_owned()))?;
        let (make, paper) = (self.papers.errand, Arc::clone(paper));
        let errand = tokio::task::spawn_blocking(move || make(&paper, xml.as_deref(), &template)).await;
        let errand = errand.map_err(|error| Failed::Values(error.to_string()))?.map_err(Failed::Values)?;
        let command = (self.papers.worker)().map_err(|error| Failed::NotStarted(error.to_string()))?;
        run(command, errand).await
    }

    /// A paper that nobody gets, as this business would print it.
    fn made_up(&self, of: &Business, kind: PaperKind) -> Result<Paper> {
        let mut paper = samples::sample(of, kind, self.db.clock().now());
        write_under(of, &mut paper)?;
        Ok(paper)
    }

    async fn sample(&self, of: &Business, kind: PaperKind, template: &str) -> Result<Vec<u8>> {
        let paper = Arc::new(self.made_up(of, kind)?);
        let refuse = |code, detail| FieldError { field: "template".to_owned(), code, detail };
        match self.by_template(&paper, None, template.to_owned()).await {
            Ok(bytes) => Ok(bytes),
            Err(Failed::Mistakes(mistakes)) => Err(Error::Invalid(
                mistakes.iter().take(MISTAKES).map(|one| refuse("TEMPLATE_MISTAKE", one.to_string())).collect(),
            )),
            Err(Failed::Limit(why)) => Err(Error::Invalid(vec![refuse("TEMPLATE_LIMIT", why)])),
            Err(other) => Err(Error::Fault(other.to_string())),
        }
    }
}

/// Puts under a paper what the business writes under its kind, for its reader. Issued invoices and credit notes come with the text
/// of their day and do not pass here.
fn write_under(business: &Business, paper: &mut Paper) -> Result<()> {
    let language = Tongue::of_tag(&paper.head().locale).language();
    let Some(text) = business.paper_text(paper.kind(), language)? else { return Ok(()) };
    match paper {
        Paper::Order(paper) => paper.notes.push(text),
        Paper::Invoice(paper) => paper.notes.push(text),
        Paper::CreditNote(paper) => paper.notes.push(text),
        Paper::Receipt(paper) => paper.notes.push(text),
        Paper::Refund(paper) => paper.notes.push(text),
        Paper::Statement(paper) => paper.notes.push(text),
        // A letter ends with regards.
        Paper::Letter(paper) => paper.paragraphs.insert(paper.paragraphs.len().saturating_sub(1), text),
    }
    Ok(())
}

impl Press for PaperPress {
    fn print<'a>(&'a self, of: Printable<'a>) -> Fut<'a, Result<Printed>> {
        Box::pin(self.paper(of))
    }

    fn proof<'a>(&'a self, of: &'a Business, kind: PaperKind, template: &'a str) -> Fut<'a, Result<Vec<u8>>> {
        Box::pin(self.sample(of, kind, template))
    }

    fn built_in(&self, kind: PaperKind) -> String {
        (self.papers.built_in)(kind)
    }

    fn sample_data(&self, of: &Business, kind: PaperKind) -> Result<String> {
        let paper = self.made_up(of, kind)?;
        (self.papers.data)(&paper, None).map_err(Error::Fault)
    }
}
