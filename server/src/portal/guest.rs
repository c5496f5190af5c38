//! Who is inside the portal: a customer who came by a mailed link, or staff who act for one.
//!
//! Invariant: an account is reached through [`Guest::account`] only, which knows nothing of other customers. What is done is
//! attributed to the customer, or to the member of staff who acts for them. Left out: how somebody comes in (`doors.rs`).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::{BusinessId, CustomerId};
use engine::flows::call::{Actor, Call, Key};
use engine::flows::enter_portal::touch;
use engine::store::business::Business;
use engine::store::customer::Customer;
use engine::store::portal::{self, Inside};
use locale::Tongue;

use super::reader::Asked;
use super::shown;
use crate::app::App;
use crate::forms::Form;
use crate::request_id::RequestId;
use crate::respond::Problem;
use crate::security::cookies::Cookie;
use crate::view::shell::{AccountBar, PayerShell};

/// A session is noted as used at most this often.
const TOUCH_SECONDS: i64 = 60;

/// Somebody inside the portal.
#[derive(Debug, Clone)]
pub struct Guest {
    pub inside: Inside,
    pub request: RequestId,
    /// What the browser says about languages.
    pub asked: Asked,
}

impl Guest {
    /// Whoever holds the portal's cookie; nobody once their session is over.
    pub async fn find(app: &App, headers: &HeaderMap, request: RequestId, asked: Asked) -> Result<Option<Guest>, Problem> {
        let Some(token) = Cookie::Portal.read(headers, &app.public_url) else { return Ok(None) };
        let Some(inside) = portal::of_token(&app.services.db, token).await? else { return Ok(None) };
        if app.services.db.clock().now() > inside.session.seen_at.plus_seconds(TOUCH_SECONDS) {
            touch(&app.services.db, &inside.session).await?;
        }
        Ok(Some(Guest { inside, request, asked }))
    }

    pub fn business(&self) -> BusinessId {
        self.inside.session.business_id
    }

    /// The customer named in an address, if this guest may see them; anybody else is unknown.
    pub fn account(&self, id: &str) -> Result<Account<'_>, Problem> {
        let id: CustomerId = id.parse().map_err(|_| Problem::not_found())?;
        let customer = self.inside.customer(id).ok_or_else(Problem::not_found)?;
        Ok(Account { guest: self, customer })
    }
}

impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Guest, Response> {
        let request = parts.extensions.get::<RequestId>().cloned().unwrap_or_default();
        let asked = parts.extensions.get::<Asked>().copied().unwrap_or_default();
        match Guest::find(app, &parts.headers, request, asked).await {
            Ok(Some(guest)) => Ok(guest),
            Ok(None) => Err(Redirect::to("/portal").into_response()),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// One customer's account, as the guest may see it.
#[derive(Clone, Copy)]
pub struct Account<'g> {
    guest: &'g Guest,
    pub customer: &'g Customer,
}

impl Account<'_> {
    pub fn id(&self) -> CustomerId {
        self.customer.id
    }

    pub fn business(&self) -> BusinessId {
        self.guest.business()
    }

    /// The account's first page.
    pub fn home(&self) -> String {
        format!("/portal/{}", self.customer.id)
    }

    /// Staff act for the customer.
    pub fn is_acted(&self) -> bool {
        self.guest.inside.acting.is_some()
    }

    /// How whoever looks is spoken to.
    pub fn tongue(&self, business: &Business) -> Tongue {
        self.guest.asked.for_customer(self.customer, business)
    }

    /// The call of a flow by whoever acts, under the form's key.
    pub fn call(&self, form: &mut Form) -> Call {
        let key = form.idempotency_key().map(|text| Key { text, hash: form.request_hash.to_vec() });
        let actor = match &self.guest.inside.acting {
            Some(user) => Actor::User { id: user.id, role: user.role },
            None => Actor::Customer { id: self.customer.id },
        };
        Call { business: self.business(), actor, request_id: self.guest.request.as_str().to_owned(), key }
    }

    /// The frame of the account's pages. `live`: the page follows what changes.
    pub fn shell(&self, business: &Business, live: bool) -> PayerShell {
        let bar = AccountBar {
            home: self.home(),
            customer: self.customer.name.clone(),
            has_others: self.guest.inside.customers.len() > 1,
            acting: self.guest.inside.acting.as_ref().map(|user| user.name.clone()),
        };
        PayerShell {
            account: Some(bar),
            ..shown::shell(business, self.tongue(business), live.then(|| format!("{}/live", self.home())))
        }
    }
}
