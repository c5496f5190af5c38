//! Every route in one list, by the kind of answer it gives.
//!
//! Invariants: each group passes through the same layers in the same order (outermost first: request id and log; headers;
//! errors written; rate limit and cross-site check where cookies count; panics caught), so a new route cannot forget one.
//! Under `/api/v1` every path, known or not, asks for a key before anything else is read; only the description and its page
//! are open.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use engine::store::connection;

use crate::app::App;
use crate::auth::Program;
use crate::openapi::{self, Description};
use crate::respond::{Problem, Reader, catch_panic, render};
use crate::security::csrf;
use crate::security::headers::{self, Headers, Surface};
use crate::{admin, api, hooks, portal, rate_limit, request_id, system};

/// The whole server.
pub fn router(app: &Arc<App>) -> Router {
    let description = Arc::new(Description::new(openapi::parts()));
    let group = |routes, surface, reader, cookies| Group { surface, reader, cookies }.around(routes, app);
    group(Router::new().fallback(nothing), Surface::Admin, Reader::Unknown, Cookies::Unused)
        .merge(group(admin::routes(), Surface::Admin, Reader::Person, Cookies::Used))
        .merge(group(portal::routes(), Surface::Portal, Reader::Person, Cookies::Used))
        .merge(group(portal::sandbox_routes(), Surface::Portal, Reader::Person, Cookies::Unused))
        .merge(group(portal::onward_routes(), Surface::Portal, Reader::Person, Cookies::Unused))
        .merge(group(hooks::routes(), Surface::Api, Reader::Program, Cookies::Unused))
        .merge(group(system::routes(), Surface::Api, Reader::Program, Cookies::Unused))
        .merge(group(system::files(), Surface::Static, Reader::Unknown, Cookies::Unused))
        .merge(group(openapi::page(), Surface::Admin, Reader::Person, Cookies::Unused))
        .merge(group(openapi::document(), Surface::Api, Reader::Program, Cookies::Unused))
        .merge(group(api(app), Surface::Api, Reader::Program, Cookies::Unused))
        .layer(Extension(description))
        .layer(from_fn_with_state(Arc::clone(app), request_id::identify))
        .with_state(Arc::clone(app))
}

/// Everything under `/api/v1`, by full paths. Whatever is no call is a route too, so that it asks for a key like the rest.
fn api(app: &Arc<App>) -> Router<Arc<App>> {
    let calls = api::routes();
    let unknown = ["/api/v1", "/api/v1/", "/api/v1/{*rest}"];
    unknown
        .iter()
        .fold(calls, |routes, path| routes.route(path, any(nothing)))
        .layer(from_fn_with_state(Arc::clone(app), require_key))
}

/// Refuses whatever comes without a key that works, and leaves the program it belongs to for the handler.
async fn require_key(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match Program::from_request_parts(&mut parts, &app).await {
        Ok(program) => {
            parts.extensions.insert(program);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn nothing() -> Problem {
    Problem::not_found()
}

/// A form of a page may lead on to the pages of the processors that are in use here, and nowhere else.
async fn let_forms_lead_on(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        // Without an answer the page is shown all the same: its forms then lead only to us.
        if let Ok(kinds) = connection::kinds_in_use(&app.services.db).await {
            response.extensions_mut().insert(headers::leads_to(kinds.iter().map(String::as_str)));
        }
    }
    response
}

/// Whether a group's routes look at cookies, so that cross-site requests must be kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    Used,
    Unused,
}

/// The layers of a group of routes.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    pub surface: Surface,
    pub reader: Reader,
    pub cookies: Cookies,
}

impl Group {
    /// Puts the layers around the routes and their fallback.
    pub fn around(self, routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
        let routes = routes.layer(from_fn(catch_panic));
        let routes = match self.cookies {
            Cookies::Used => {
                let routes = routes.layer(from_fn_with_state(Arc::clone(app), csrf::protect));
                let routes = routes.layer(from_fn_with_state(Arc::clone(app), rate_limit::limit_pages));
                routes.layer(from_fn_with_state(Arc::clone(app), let_forms_lead_on))
            }
            Cookies::Unused => routes,
        };
        let headers = Headers::of(self.surface, &app.public_url);
        let routes = routes.layer(from_fn_with_state(self.reader, render)).layer(from_fn_with_state(headers, headers::add));
        match self.surface {
            // Outermost, so that an error too is written in the reader's language.
            Surface::Portal => routes.layer(from_fn_with_state(Arc::clone(app), portal::reader::listen)),
            _ => routes,
        }
    }
}

#[cfg(test)]
mod tests;
