//! What ends an invoice or changes what it asks for: void, uncollectible, write-off, late fee, a draft thrown away.
//!
//! Invariant: each is one flow; a form that is refused comes back with what was typed, and above somebody's limit it asks a second
//! person when it is sent again. Left out: credit notes, which have a form of their own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::InvoiceId;
use engine::error::Error;
use engine::flows::call::Call;
use engine::flows::charge_late_fee;
use engine::flows::discard_draft::discard_draft;
use engine::flows::void_invoice::{GivingUp, void_invoice, write_off};
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};

use super::again::{Again, filled};
use super::approvals::said;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::invoices::AmountForm;
use super::views::orders::ReasonForm;
use crate::app::App;
use crate::auth::{Clerk, Manager};
use crate::forms::{DESCRIPTION, Form};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::Link;
use crate::view::form::Field;
use crate::view::shell::Section;

/// A step that ends an invoice, with its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Void,
    Uncollectible,
}

impl Ending {
    /// The word in the address, the button, the sentence.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Ending::Void => (
                "void",
                "Void invoice",
                "What it charged is reversed, and payments become credit of the customer. Charges of an order that it only \
                 covered keep their payments and can be billed again. The number stays used.",
            ),
            Ending::Uncollectible => (
                "uncollectible",
                "Mark uncollectible",
                "All that is due is given up as bad debt. It comes back by itself if money for this invoice arrives after all.",
            ),
        }
    }

    /// Answers what the page says was done.
    async fn carry_out(self, app: &App, call: &Call, id: InvoiceId, reason: String, typed: &Form) -> Result<&'static str, Error> {
        let (keep_fees, request_approval) = (typed.ticked("keep_fees"), typed.ticked("request_approval"));
        match self {
            Ending::Void => {
                void_invoice(&app.services.db, call, id, &reason, keep_fees).await?;
                Ok("voided")
            }
            Ending::Uncollectible => {
                let giving = GivingUp { amount: None, reason, uncollectible: true, request_approval };
                let made = write_off(&app.services.db, call, id, giving).await?;
                Ok(said(made.value, "uncollectible"))
            }
        }
    }
}

async fn reason_form(app: &App, desk: &Desk, id: InvoiceId, ending: Ending, again: &Again) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let (word, button, text) = ending.words();
    let shown = ReasonForm {
        shell: desk.shell(Section::Invoices),
        list: Link::new("/admin/invoices", "Invoices"),
        about: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
        title: format!("{button}: {}", sheet.invoice.title()),
        text: text.to_owned(),
        action: format!("/admin/invoices/{id}/{word}"),
        button,
        key: again.key(),
        refusal: again.refusal(&["reason"]),
        reason: again.form.field("reason"),
        lines: Vec::new(),
        keep_fees: (ending == Ending::Void && sheet.figures.fees > 0).then(|| Field::of(again.form.value("keep_fees"))),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
    };
    Ok(page(again.status, &shown))
}

async fn end<Role>(app: &App, sent: Submission<Role, InvoiceId>, ending: Ending) -> Result<Response, Problem> {
    let Submission { id, staff, call, mut typed, .. } = sent;
    let saved = match typed.lines("reason", DESCRIPTION) {
        Some(reason) => ending.carry_out(app, &call, id, reason, &typed).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(word) => Ok(done(&format!("/admin/invoices/{id}"), word)),
        Err(error) => reason_form(app, &Desk::open(app, staff).await?, id, ending, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/invoices/{id}/void`
pub async fn void_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    reason_form(&app, &desk, id, Ending::Void, &Again::fresh(Form::default())).await
}

/// `POST /admin/invoices/{id}/void`
pub async fn void(State(app): State<Arc<App>>, sent: Submission<Manager, InvoiceId>) -> Result<Response, Problem> {
    end(&app, sent, Ending::Void).await
}

/// `GET /admin/invoices/{id}/uncollectible`
pub async fn uncollectible_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    reason_form(&app, &desk, id, Ending::Uncollectible, &Again::fresh(Form::default())).await
}

/// `POST /admin/invoices/{id}/uncollectible`
pub async fn uncollectible(State(app): State<Arc<App>>, sent: Submission<Clerk, InvoiceId>) -> Result<Response, Problem> {
    end(&app, sent, Ending::Uncollectible).await
}

/// A form of one amount and a text: giving up what is due, or charging a fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    WriteOff,
    LateFee,
}

fn amount_page(desk: &Desk, sheet: &InvoiceSheet, of: Of, again: &Again) -> Response {
    let id = sheet.invoice.id;
    let due = desk.amount(sheet.figures.amount_due, sheet.invoice.currency).text;
    let (title, path, text) = match of {
        Of::WriteOff => (
            "Write off",
            "write-off",
            format!(
                "{due} is due. What you write off is given up as bad debt; it comes back by itself if money for this invoice \
                 arrives after all."
            ),
        ),
        Of::LateFee => (
            "Late fee",
            "late-fee",
            format!(
                "{due} is due and late. The fee joins this invoice and is due at once; a full credit note or a void takes it \
                 back unless you keep it."
            ),
        ),
    };
    let shown = AmountForm {
        shell: desk.shell(Section::Invoices),
        invoice: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
        title,
        text,
        action: format!("/admin/invoices/{id}/{path}"),
        danger: of == Of::WriteOff,
        key: again.key(),
        refusal: again.refusal(&["amount", "reason", "description"]),
        currency: sheet.invoice.currency.code().to_owned(),
        amount: again.form.field("amount"),
        reason: (of == Of::WriteOff).then(|| again.form.field("reason")),
        description: (of == Of::LateFee).then(|| again.form.field("description")),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
    };
    page(again.status, &shown)
}

/// `GET /admin/invoices/{id}/write-off`: prefilled with all that is due.
pub async fn write_off_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let due = desk.amount(sheet.figures.amount_due, sheet.invoice.currency).decimal;
    Ok(amount_page(&desk, &sheet, Of::WriteOff, &Again::fresh(filled([("amount", due)]))))
}

/// `POST /admin/invoices/{id}/write-off`
pub async fn written_off(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, staff.business, id).await?;
    let amount = typed.amount("amount", sheet.invoice.currency);
    let reason = typed.lines("reason", DESCRIPTION);
    let saved = match amount.zip(reason).filter(|_| typed.errors().is_empty()) {
        Some((amount, reason)) => {
            let request_approval = typed.ticked("request_approval");
            let giving = GivingUp { amount: Some(amount.minor), reason, uncollectible: false, request_approval };
            write_off(&app.services.db, &call, id, giving).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/invoices/{id}"), said(made.value, "written-off"))),
        Err(error) => Ok(amount_page(&Desk::open(&app, staff).await?, &sheet, Of::WriteOff, &Again::of(typed, error)?)),
    }
}

/// `GET /admin/invoices/{id}/late-fee`
pub async fn late_fee_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let typed = filled([("description", charge_late_fee::NAME.to_owned())]);
    Ok(amount_page(&desk, &sheet, Of::LateFee, &Again::fresh(typed)))
}

/// `POST /admin/invoices/{id}/late-fee`
pub async fn late_fee(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, staff.business, id).await?;
    let amount = typed.amount("amount", sheet.invoice.currency);
    let description = typed.text("description", DESCRIPTION);
    let saved = match amount.zip(description).filter(|_| typed.errors().is_empty()) {
        Some((amount, description)) => {
            charge_late_fee::charge_late_fee(&app.services.db, &call, id, amount.minor, &description).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/invoices/{id}"), "fee")),
        Err(error) => Ok(amount_page(&Desk::open(&app, staff).await?, &sheet, Of::LateFee, &Again::of(typed, error)?)),
    }
}

/// `POST /admin/invoices/{id}/discard`
pub async fn discard(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    discard_draft(&app.services.db, &call, id).await?;
    Ok(done("/admin/invoices", "discarded"))
}
