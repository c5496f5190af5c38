//! Who is it: a member of staff by their session's cookie, a program by its key, a payer's browser by its visitor cookie.
//!
//! Invariants: an extractor that a handler names is the whole of its check, so a handler cannot forget it; roles are types.
//! A session that is used keeps living, at most 12 hours. Left out: passwords and limits, which are `admin/sign_in.rs`'.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::BusinessId;
use engine::flows::call::{Actor, Call, Key};
use engine::flows::sign_in::touch_session;
use engine::store::api_key::{self, ApiKey};
use engine::store::session::{self, SignedIn};
use engine::store::user::Role;

use crate::app::App;
use crate::json::IdempotencyKey;
use crate::portal::reader::Asked;
use crate::request_id::RequestId;
use crate::respond::Problem;
use crate::security::cookies::Cookie;
use crate::security::secrets::new_token;
use crate::system::bearer;

/// A session is noted as used at most this often.
const TOUCH_SECONDS: i64 = 60;
/// How long a payer's browser is remembered.
const VISITOR_LIVES: Duration = Duration::from_secs(12 * 3600);

/// A program with a key that works.
#[derive(Debug, Clone)]
pub struct Program {
    pub business: BusinessId,
    key: ApiKey,
    request: RequestId,
}

impl Program {
    /// Refuses with NO_SCOPE when the key was not given this scope.
    pub fn needs(&self, scope: &'static str) -> Result<(), Problem> {
        if self.key.allows(scope) {
            Ok(())
        } else {
            Err(Problem::forbidden("NO_SCOPE", format!("This key was not given the scope {scope}.")))
        }
    }

    /// The call of a flow in this program's name, under its idempotency key if it sent one.
    pub fn call(&self, key: IdempotencyKey, request_hash: [u8; 32]) -> Call {
        let scopes = self.key.scopes.split(',').map(str::to_owned).collect();
        let key = key.0.map(|text| Key { text, hash: request_hash.to_vec() });
        Call {
            business: self.business,
            actor: Actor::Key { id: self.key.id, scopes },
            request_id: self.request.as_str().to_owned(),
            key,
        }
    }
}

impl FromRequestParts<Arc<App>> for Program {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Program, Problem> {
        // The layer around the API asked already.
        if let Some(program) = parts.extensions.get::<Program>() {
            return Ok(program.clone());
        }
        let secret = bearer(&parts.headers).ok_or_else(Problem::unauthenticated)?;
        let key = api_key::of_secret(&app.services.db, secret).await?.ok_or_else(Problem::unauthenticated)?;
        Ok(Program { business: key.business_id, key, request: request_id(parts) })
    }
}

/// A member of staff who has signed in, with any role.
#[derive(Debug, Clone)]
pub struct Staff {
    pub business: BusinessId,
    pub session: SignedIn,
    pub request: RequestId,
}

impl Staff {
    pub fn may(&self, role: Role) -> bool {
        self.session.role >= role
    }

    /// The call of a flow in this person's name. `key`: the form's idempotency key with the digest of what it asked.
    pub fn call(&self, key: Option<Key>) -> Call {
        let actor = Actor::User { id: self.session.user_id, role: self.session.role };
        Call { business: self.business, actor, request_id: self.request.as_str().to_owned(), key }
    }
}

impl FromRequestParts<Arc<App>> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Staff, Response> {
        let Some(token) = Cookie::Session.read(&parts.headers, &app.public_url) else { return Err(sign_in(parts)) };
        let found = session::of_token(&app.services.db, token).await.map_err(|error| Problem::from(error).into_response())?;
        let Some(session) = found else { return Err(sign_in_again(parts, app)) };
        if app.services.db.clock().now() > session.seen_at.plus_seconds(TOUCH_SECONDS) {
            touch_session(&app.services.db, session.business_id, session.session_id)
                .await
                .map_err(|error| Problem::from(error).into_response())?;
        }
        Ok(Staff { business: session.business_id, session, request: request_id(parts) })
    }
}

/// To the sign-in page, and back to where they were going if that was a page.
fn sign_in(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/admin", |path| path.as_str());
    if parts.method != axum::http::Method::GET || wanted == "/admin" {
        return Redirect::to("/admin/sign-in").into_response();
    }
    let next: String = form_encode(wanted);
    Redirect::to(&format!("/admin/sign-in?next={next}")).into_response()
}

/// The same for a browser whose session is over. A form that was sent meanwhile was not saved: the sign-in page says so, and
/// leads back to the page of the form.
fn sign_in_again(parts: &Parts, app: &App) -> Response {
    if parts.method != axum::http::Method::POST || parts.uri.path() == "/admin/sign-out" {
        return sign_in(parts);
    }
    let next = form_page(parts, app).map(|page| format!("&next={}", form_encode(page))).unwrap_or_default();
    Redirect::to(&format!("/admin/sign-in?unsaved=1{next}")).into_response()
}

/// The staff page of ours from which a form was sent, if the browser says which.
fn form_page<'p>(parts: &'p Parts, app: &App) -> Option<&'p str> {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let referer = text(header::REFERER)?;
    let (_, rest) = referer.split_once("://")?;
    let (host, _) = rest.split_once('/')?;
    let (origin, page) = referer.split_at(referer.len() - rest.len() + host.len());
    let ours = match app.config.configured_url.as_ref() {
        Some(url) => origin == url.origin(),
        None => text(header::HOST) == Some(host),
    };
    (ours && page.starts_with("/admin/")).then_some(page)
}

/// Text as it may stand in a query.
pub fn form_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $role:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Staff);

        impl From<$name> for Staff {
            fn from(of_role: $name) -> Staff {
                of_role.0
            }
        }

        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<$name, Response> {
                let staff = Staff::from_request_parts(parts, app).await?;
                if staff.may($role) { Ok($name(staff)) } else { Err(Problem::forbidden("NO_RIGHT", "Your role may not do this: ask an owner or manager.").into_response()) }
            }
        }
    )*};
}

roles! {
    /// Staff who may record payments, write orders and ask for money.
    Clerk = Role::Clerk;
    /// Staff who may also reverse, adjust and decide how the business collects.
    Manager = Role::Manager;
    /// Staff who may also manage people, keys and processors.
    Owner = Role::Owner;
}

/// A payer's browser: the token of its cookie, new when it had none.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub token: String,
    pub is_new: bool,
    pub request: RequestId,
    /// What the browser says about languages.
    pub asked: Asked,
}

impl Visitor {
    /// The cookie to set, so that the browser is known when it comes to the clean address.
    pub fn cookie(&self, app: &App) -> Option<(header::HeaderName, HeaderValue)> {
        Cookie::Visitor.set(&app.public_url, &self.token, Some(VISITOR_LIVES)).map(|value| (header::SET_COOKIE, value))
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Visitor, Problem> {
        let known = Cookie::Visitor.read(&parts.headers, &app.public_url).map(str::to_owned);
        let is_new = known.is_none();
        let token = match known {
            Some(token) => token,
            None => new_token("").map_err(|error| Problem::fault(format!("no randomness: {error}")))?,
        };
        let asked = parts.extensions.get::<Asked>().copied().unwrap_or_default();
        Ok(Visitor { token, is_new, request: request_id(parts), asked })
    }
}

fn request_id(parts: &Parts) -> RequestId {
    parts.extensions.get::<RequestId>().cloned().unwrap_or_default()
}
