//! A customer's statement of account over any days, the letter that asks for payment, and acting as a customer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::CustomerId;
use books::money::Currency;
use engine::error::Error;
use engine::flows::act_as_customer::act_as_customer;
use engine::flows::send_statement::send_statement;
use engine::sheets::statement::{Period, StatementSheet, statement_sheet};
use engine::store::user::Role;
use engine::store::{customer, link, statement};

use super::again::sentence;
use super::customers::query;
use super::desk::Desk;
use super::entries::currencies;
use super::links;
use super::submission::Submission;
use super::views::statements::{SentRow, StatementPage};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::new_key;
use crate::json::Id;
use crate::papers;
use crate::portal::doors::with_session;
use crate::portal::statements::{pdf_address, period};
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;
use crate::view::statement::StatementView;
use crate::view::{Day, Link};

/// `GET /admin/customers/{id}/statement` (from, to, currency)
pub async fn show(State(app): State<Arc<App>>, mut desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let today = desk.today();
    let (from, to, period) = period(&mut desk.asked, today);
    let shown = Shown { app: &app, desk: &desk, id, from, to };
    match period {
        Some(period) => shown.over(period, None).await,
        None => shown.page(None, None, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

/// The page with the days that were asked for.
struct Shown<'a> {
    app: &'a App,
    desk: &'a Desk,
    id: CustomerId,
    from: Field,
    to: Field,
}

impl Shown<'_> {
    /// The one that is asked for, else the one that this customer is spoken to in.
    async fn currency(&self) -> Result<Currency, Problem> {
        if let Ok(asked) = self.desk.asked.value("currency").parse() {
            return Ok(asked);
        }
        let (_, balances) = customer::customer(&self.app.services.db, self.desk.staff.business, self.id).await?;
        Ok(customer::usual_currency(self.desk.currency(), &balances))
    }

    async fn over(mut self, period: Period, refusal: Option<String>) -> Result<Response, Problem> {
        let (db, of) = (&self.app.services.db, self.desk.staff.business);
        let status = if refusal.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        match statement_sheet(db, of, self.id, Some(self.currency().await?), period).await {
            Ok(sheet) => self.page(Some(&sheet), refusal, status).await,
            Err(Error::Invalid(errors)) => {
                self.from.error = errors.into_iter().next().map(|one| sentence(&one.detail));
                self.page(None, None, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn page(
        self,
        sheet: Option<&StatementSheet>,
        refusal: Option<String>,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let (db, of, currency) = (&self.app.services.db, self.desk.staff.business, self.currency().await?);
        let (customer, _) = customer::customer(db, of, self.id).await?;
        let sent = statement::list(db, of, self.id, currency).await?;
        let base = format!("/admin/customers/{}", self.id);
        let shown = StatementPage {
            shell: self.desk.shell(Section::Customers),
            customer: Link::new(base.clone(), customer.name.clone()),
            pdf: pdf_address(&base, &self.from, &self.to, currency.code()),
            send: format!("{base}/statements"),
            key: new_key(),
            no_mail: match (&customer.email, self.desk.staff.may(Role::Clerk)) {
                (_, false) => "Your role may not do this: ask an owner or manager.",
                (None, true) => "This customer has no email address: download or print it.",
                (Some(_), true) => "",
            },
            refusal,
            from: self.from,
            to: self.to,
            currency: currency.code(),
            currencies: currencies(&[], self.desk.currency(), currency.code()),
            statement: sheet.map(StatementView::of),
            sent: sent
                .iter()
                .map(|one| SentRow {
                    href: query(
                        &format!("{base}/statement"),
                        &[("from", &one.from_on.to_string()), ("to", &one.to_on.to_string()), ("currency", currency.code())],
                    ),
                    from: Day::of(one.from_on),
                    to: Day::of(one.to_on),
                    closing: self.desk.amount(one.closing, currency),
                    sent: self.desk.moment(one.sent_at),
                    to_address: one.send_to.clone(),
                })
                .collect(),
        };
        Ok(page(status, &shown))
    }
}

/// `GET /admin/customers/{id}/statement.pdf`
pub async fn pdf(State(app): State<Arc<App>>, mut desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let today = desk.today();
    let (.., period) = period(&mut desk.asked, today);
    let period = period.ok_or_else(|| Problem::invalid(desk.asked.errors().to_vec()))?;
    let currency = desk.asked.value("currency").parse().ok();
    let sheet = statement_sheet(&app.services.db, desk.staff.business, id, currency, period).await?;
    let pay = live_link(&app, &desk.staff, &sheet).await?;
    papers::statement_pdf(&app, &sheet, pay).await
}

/// `POST /admin/customers/{id}/statements` (from, to, currency): mails the statement.
pub async fn send(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let mut desk = Desk::open(&app, staff).await?;
    let today = desk.today();
    let (from, to, period) = period(&mut typed, today);
    let currency = typed.value("currency").parse().ok();
    desk.asked = typed;
    let Some(period) = period else {
        return Shown { app: &app, desk: &desk, id, from, to }.page(None, None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match send_statement(&app.services.db, &app.services.keys, &call, id, currency, period).await {
        Ok(_) => {
            let fields = [("from", &from.value[..]), ("to", &to.value), ("done", "statement-sent")];
            Ok(Redirect::to(&query(&format!("/admin/customers/{id}/statement"), &fields)).into_response())
        }
        Err(Error::Refused(refusal)) => {
            Shown { app: &app, desk: &desk, id, from, to }.over(period, Some(sentence(&refusal.detail))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The address of the customer's live payment link in the sheet's currency; none: there is none now.
async fn live_link(app: &App, staff: &Staff, sheet: &StatementSheet) -> Result<Option<String>, Problem> {
    let live = link::live(&app.services.db, staff.business, sheet.customer.id, sheet.currency).await?;
    Ok(live.map(|link| links::url(app, &link)))
}

/// `GET /admin/customers/{id}/letter.pdf`: what is open today with the code of the payment link, for customers on paper.
pub async fn letter(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let today = Period::new(desk.today(), desk.today())?;
    let currency = desk.asked.value("currency").parse().ok();
    let sheet = statement_sheet(&app.services.db, desk.staff.business, id, currency, today).await?;
    let pay = live_link(&app, &desk.staff, &sheet).await?;
    papers::letter_pdf(&app, &sheet, pay).await
}

/// `POST /admin/customers/{id}/act`: into the customer's own pages, in this person's name.
pub async fn act(State(app): State<Arc<App>>, Clerk(staff): Clerk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let token = act_as_customer(&app.services.db, &staff.call(None), id).await?;
    with_session(&app, &token, &format!("/portal/{id}"))
}
