//! Signing in and out, and changing over to another business that the same password opens.
//!
//! Invariants: an unknown address and a wrong password are answered alike and take as long; tries are counted before a
//! password is looked at; after signing in a person is led to a page of ours only. Left out: second factors.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::BusinessId;
use engine::error::Error;
use engine::flows::sign_in::{self, Browser};
use engine::store::user::User;

use super::desk::only_business;
use super::views::signing_in::SignIn;
use crate::app::App;
use crate::auth::Staff;
use crate::forms::Form;
use crate::request_id::RequestId;
use crate::respond::{Problem, page};
use crate::security::client_ip::ClientIp;
use crate::security::cookies::Cookie;
use crate::view::form::Field;

/// Said of an unknown address and of a wrong password.
const WRONG: &str = "This email and password do not go together.";
/// Said to whoever sent a form after their session was over.
const UNSAVED: &str = "You were signed out before this was saved.";

/// `GET /admin/sign-in`
pub async fn show(State(app): State<Arc<App>>, uri: axum::http::Uri) -> Result<Response, Problem> {
    let asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let unsaved = asked.ticked("unsaved").then(|| UNSAVED.to_owned());
    form(&app, &asked, unsaved, StatusCode::OK).await
}

async fn form(app: &App, typed: &Form, refusal: Option<String>, status: StatusCode) -> Result<Response, Problem> {
    let shown = SignIn {
        business: only_business(app).await?,
        refusal,
        email: Field::of(typed.value("email")),
        next: next(typed.value("next")).to_owned(),
        hint: None,
    };
    Ok(page(status, &shown))
}

/// Where to go after signing in: a staff page of ours, else the first one.
fn next(wanted: &str) -> &str {
    let plain = wanted.bytes().all(|letter| letter.is_ascii_graphic() && letter != b'\\');
    let ours = wanted.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let signing = wanted.starts_with("/admin/sign-");
    if plain && ours && !signing { wanted } else { "/admin" }
}

/// `POST /admin/sign-in`
pub async fn submit(
    State(app): State<Arc<App>>,
    Extension(client): Extension<ClientIp>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    typed: Form,
) -> Result<Response, Problem> {
    let email = typed.value("email").trim().to_lowercase();
    tokio::time::sleep(app.limits.login(client, &email)?).await;
    let turn = app.limits.passwords.acquire().await.map_err(|_| Problem::busy(1))?;
    let opened = sign_in::check_password(&app.services.db, &email, typed.value("password")).await?;
    drop(turn);
    let named: Option<BusinessId> = typed.value("business").parse().ok();
    let chosen = opened.iter().find(|user| Some(user.business_id) == named).or(opened.first()).cloned();
    let Some(user) = chosen else {
        return form(&app, &typed, Some(WRONG.to_owned()), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    app.limits.login_succeeded(client, &email);
    let to = next(typed.value("next")).to_owned();
    enter(&app, user, &opened, browser(client, &headers), &request, &to).await
}

/// Opens a session and leads on, with the cookie that holds it.
pub async fn enter(
    app: &App,
    user: User,
    opened: &[User],
    browser: Browser,
    request: &RequestId,
    to: &str,
) -> Result<Response, Problem> {
    let also = sign_in::others(&app.services.db, opened, user.id).await?;
    let signed_in = sign_in::open_session(&app.services.db, user, also, browser, request.as_str()).await?;
    with_session(app, &signed_in.token, to)
}

fn with_session(app: &App, token: &str, to: &str) -> Result<Response, Problem> {
    let cookie = Cookie::Session.set(&app.public_url, token, None);
    let cookie = cookie.ok_or_else(|| Problem::fault("a session's token does not fit into a cookie"))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

/// From where somebody signs in, for the list of sessions.
pub fn browser(client: ClientIp, headers: &HeaderMap) -> Browser {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Browser { ip: client.to_string(), agent: agent.to_owned() }
}

/// `POST /admin/sign-out`
pub async fn out(State(app): State<Arc<App>>, staff: Staff) -> Result<Response, Problem> {
    match sign_in::sign_out(&app.services.db, &staff.call(None), staff.session.session_id).await {
        Ok(()) | Err(Error::NotFound) => Ok(signed_out(&app)),
        Err(error) => Err(error.into()),
    }
}

/// To the sign-in page, and the browser forgets its session.
pub fn signed_out(app: &App) -> Response {
    let forget = [(header::SET_COOKIE, Cookie::Session.clear(&app.public_url))];
    (forget, Redirect::to("/admin/sign-in")).into_response()
}

/// `POST /admin/switch` (business): leaves this business for another that the same password opened.
pub async fn switch(
    State(app): State<Arc<App>>,
    Extension(client): Extension<ClientIp>,
    staff: Staff,
    headers: HeaderMap,
    typed: Form,
) -> Result<Response, Problem> {
    let to: BusinessId = typed.value("business").parse().map_err(|_| Problem::not_found())?;
    let browser = browser(client, &headers);
    let request = staff.request.as_str();
    let opened = sign_in::switch_business(&app.services.db, &staff.session, to, browser, request).await?;
    with_session(&app, &opened.token, "/admin")
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn next_leads_to_staff_pages_only() {
        for good in ["/admin", "/admin/orders?filter=due", "/admin/customers/cus_1", "/admin?done=saved"] {
            assert_eq!(next(good), good);
        }
        for bad in [
            "",
            "/",
            "//evil.example/admin",
            "https://evil.example",
            "/administrator",
            "/admin\\@evil.example",
            "/admin/ x",
            "/admin/\r\nSet-Cookie: a=b",
            "/admin/sign-in",
            "/admin/sign-out",
            "admin",
        ] {
            assert_eq!(next(bad), "/admin", "{bad:?}");
        }
    }
}
