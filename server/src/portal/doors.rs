//! The portal's doors: asking for a way in, using it, choosing an account, going out.
//!
//! Invariants: whether an address is known shows neither in the words nor in the time of an answer; opening the mailed link
//! changes nothing, the button on its page uses it. The portal's cookie is its own and opens nothing of staff's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::error::Error;
use engine::flows::enter_portal;
use engine::store::business;
use engine::store::portal::LIFE_SECONDS;

use super::guest::Guest;
use super::reader::{Asked, spoken};
use super::shown;
use super::views::account::{AskedPage, ChoosePage, EnterPage, SignInPage};
use crate::admin::desk::only_business;
use crate::app::App;
use crate::forms::Form;
use crate::rate_limit::Rule;
use crate::request_id::RequestId;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::security::cookies::Cookie;
use crate::view::Link;
use crate::view::form::Field;

/// Every answer to an address takes at least so long, known or not.
const LEAST: Duration = Duration::from_millis(250);

/// `GET /portal`: to the account, to the choice among several, or to the form that asks for a way in.
pub async fn home(
    State(app): State<Arc<App>>,
    Extension(request): Extension<RequestId>,
    Extension(asked): Extension<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(guest) = Guest::find(&app, &headers, request, asked).await? else {
        return sign_in(&app, asked, Field::default(), StatusCode::OK).await;
    };
    if let [only] = &guest.inside.customers[..] {
        return Ok(Redirect::to(&format!("/portal/{}", only.id)).into_response());
    }
    let of = business::business(&app.services.db, guest.business()).await?;
    let customers = &guest.inside.customers;
    let accounts = customers.iter().map(|one| Link::new(format!("/portal/{}", one.id), one.name.clone())).collect();
    let own = customers.iter().find(|one| one.locale.is_some());
    let tongue = own.map_or_else(|| asked.for_business(&of), |one| asked.for_customer(one, &of));
    Ok(spoken(&tongue, StatusCode::OK, &ChoosePage { shell: shown::shell(&of, tongue.clone(), None), accounts }))
}

async fn sign_in(app: &App, asked: Asked, email: Field, status: StatusCode) -> Result<Response, Problem> {
    let tongue = asked.for_anybody();
    let shown = SignInPage { business: only_business(app).await?, email, tongue: tongue.clone() };
    Ok(spoken(&tongue, status, &shown))
}

/// `POST /portal/sign-in` (email): mails a way in, if the address is known. Says the same either way.
pub async fn ask(
    State(app): State<Arc<App>>,
    Extension(client): Extension<ClientIp>,
    Extension(request): Extension<RequestId>,
    Extension(asked): Extension<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let tongue = asked.for_anybody();
    let begun = Instant::now();
    let typed = form.value("email").trim().to_owned();
    let Some(email) = enter_portal::address(&typed) else {
        let field = Field::wrong(typed, tongue.say("wrong-address").to_string());
        return sign_in(&app, asked, field, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    app.limits.take(Rule::MailPlace, client.network())?;
    app.limits.take(Rule::MailCustomer, ("portal", &email))?;
    enter_portal::ask_for_entry(&app.services.db, &app.services.keys, &email, request.as_str()).await?;
    tokio::time::sleep(LEAST.saturating_sub(begun.elapsed())).await;
    let shown = AskedPage { business: only_business(&app).await?, email, tongue: tongue.clone() };
    Ok(spoken(&tongue, StatusCode::OK, &shown))
}

/// `GET /portal/enter/{token}`: the button that uses the way in. A mail scanner that looks at it uses nothing up.
pub async fn door(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    Extension(asked): Extension<Asked>,
) -> Result<Response, Problem> {
    app.limits.link_opened(client)?;
    let Some(of) = enter_portal::is_open(&app.services.db, &token).await? else {
        return closed(&app, asked, client).await;
    };
    let of = business::business(&app.services.db, of).await?;
    let tongue = asked.for_business(&of);
    let shown = EnterPage { shell: shown::shell(&of, tongue.clone(), None), action: format!("/portal/enter/{token}") };
    Ok(unreferred(spoken(&tongue, StatusCode::OK, &shown)))
}

/// `POST /portal/enter/{token}`: opens the session.
pub async fn enter(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    Extension(request): Extension<RequestId>,
    Extension(asked): Extension<Asked>,
) -> Result<Response, Problem> {
    app.limits.link_opened(client)?;
    match enter_portal::enter_portal(&app.services.db, &token, request.as_str()).await {
        Ok(session) => Ok(unreferred(with_session(&app, &session, "/portal")?)),
        Err(Error::NotFound) => closed(&app, asked, client).await,
        Err(error) => Err(error.into()),
    }
}

/// The way in was used, is too old or never was: all the same from outside.
async fn closed(app: &App, asked: Asked, client: ClientIp) -> Result<Response, Problem> {
    app.limits.link_missed(client);
    let field = Field::wrong("", asked.for_anybody().say("entry-used").to_string());
    Ok(unreferred(sign_in(app, asked, field, StatusCode::GONE).await?))
}

/// The token in the address must not travel on in a Referer.
fn unreferred(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Leads on, with the cookie that holds the portal's session.
pub fn with_session(app: &App, token: &str, to: &str) -> Result<Response, Problem> {
    let lives = Duration::from_secs(u64::try_from(LIFE_SECONDS).unwrap_or_default());
    let cookie = Cookie::Portal.set(&app.public_url, token, Some(lives));
    let cookie = cookie.ok_or_else(|| Problem::fault("a session's token does not fit into a cookie"))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

/// `POST /portal/sign-out`: out of the portal; staff who acted for a customer come back to that customer's page.
pub async fn out(State(app): State<Arc<App>>, guest: Guest) -> Result<Response, Problem> {
    enter_portal::leave_portal(&app.services.db, &guest.inside, guest.request.as_str()).await?;
    let to = match guest.inside.session.customer_id {
        Some(customer) => format!("/admin/customers/{customer}"),
        None => "/portal".to_owned(),
    };
    Ok(([(header::SET_COOKIE, Cookie::Portal.clear(&app.public_url))], Redirect::to(&to)).into_response())
}
