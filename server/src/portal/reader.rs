//! Which language a payer is spoken to in.
//!
//! What the payer chose on a page counts first, then the customer's own language, then the browser's, then the business's.
//! A choice is kept for the visit in a cookie that holds two letters and tells nobody from anybody else. Invariant: every
//! answer says in `Vary` what it depends on, and a page in `Content-Language` what it is written in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use engine::store::business::Business;
use engine::store::customer::Customer;
use locale::{Language, Tongue};

use crate::app::App;
use crate::config::PublicUrl;
use crate::respond::page;
use crate::security::cookies::Cookie;

/// What a visitor's browser says about languages, before anybody knows whose page it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Named on a page of ours.
    chosen: Option<Language>,
    /// What the browser wants most.
    accepted: Option<Language>,
}

impl Asked {
    fn of(headers: &HeaderMap, uri: &Uri, url: &PublicUrl) -> Asked {
        let kept = || Cookie::Language.read(headers, url).and_then(Language::of_code);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Asked { chosen: named(uri).or_else(kept), accepted: accepted.and_then(Language::accepted) }
    }

    /// How a customer is spoken to.
    pub fn for_customer(self, customer: &Customer, business: &Business) -> Tongue {
        match &customer.locale {
            Some(own) => self.or_chosen(Tongue::of_tag(own)),
            None => self.for_business(business),
        }
    }

    /// How somebody is spoken to who is no customer yet.
    pub fn for_business(self, business: &Business) -> Tongue {
        match self.chosen.or(self.accepted) {
            Some(language) => business.tongue_in(language),
            None => business.tongue(),
        }
    }

    /// How somebody is spoken to who has shown no right to know any business.
    pub fn for_anybody(self) -> Tongue {
        Tongue::of(self.chosen.or(self.accepted).unwrap_or(Language::English))
    }

    fn or_chosen(self, own: Tongue) -> Tongue {
        match self.chosen {
            Some(language) if language != own.language() => Tongue::of(language),
            _ => own,
        }
    }
}

/// The language that an address names: `?lang=de`.
fn named(uri: &Uri) -> Option<Language> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.strip_prefix("lang="));
    pairs.filter_map(Language::of_code).next()
}

/// Leaves what the browser says for the handlers, and keeps what was chosen.
pub async fn listen(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let asked = Asked::of(request.headers(), request.uri(), &app.public_url);
    let chosen = named(request.uri());
    request.extensions_mut().insert(asked);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    if let Some(cookie) = chosen.and_then(|language| Cookie::Language.set(&app.public_url, language.code(), None)) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// A page in a language, which it names.
pub fn spoken(tongue: &Tongue, status: StatusCode, template: &impl Template) -> Response {
    let mut response = page(status, template);
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tongue.language().code()));
    response
}

/// One language of the chooser.
pub struct Choice {
    pub code: &'static str,
    pub name: &'static str,
    pub here: bool,
}

/// All languages, as their speakers call them.
pub fn choices(tongue: &Tongue) -> [Choice; 4] {
    let here = tongue.language();
    Language::ALL.map(|language| Choice { code: language.code(), name: language.own_name(), here: language == here })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_of_the_four() {
        let of = |text: &str| named(&text.parse().expect("an address"));
        assert_eq!(of("/portal?lang=de"), Some(Language::German));
        assert_eq!(of("/p/v/x?currency=EUR&lang=fr"), Some(Language::French));
        assert_eq!(of("/portal?lang=tlh&slang=de"), None);
        assert_eq!(of("/portal"), None);
    }
}
