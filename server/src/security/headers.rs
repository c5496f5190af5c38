//! The headers every answer carries, exactly, by the kind of page it is.
//!
//! Invariants: each route belongs to one [`Surface`]; what a handler set itself is kept only where the table says so
//! (`Cache-Control` of static files, `Content-Disposition` of a download). No header says what runs here, and
//! none opens an answer to other origins. Left out: the policy of a page that holds a processor's fields (`embedded.rs`).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::PublicUrl;
use crate::security::embedded::Embeds;

/// Addresses of the processors' own pages, to which the pay form's redirect may lead.
pub const PAYMENT_HOSTS: [(&str, &[&str]); 4] = [
    ("stripe", &["https://checkout.stripe.com"]),
    ("paypal", &["https://www.paypal.com", "https://www.sandbox.paypal.com"]),
    ("square", &["https://square.link", "https://checkout.square.site"]),
    ("authorize_net", &["https://accept.authorize.net", "https://test.authorize.net"]),
];

/// What kind of answer a group of routes gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Staff pages, and previews of mails.
    Admin,
    /// Pages of customers and payers.
    Portal,
    /// JSON, CSV, uploads, and everything else that is not a page.
    Api,
    /// Hashed files that are the same for everybody.
    Static,
}

/// Left on an answer by a handler of a page with a pay form: the pages to which its redirect may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadsTo(pub Vec<&'static str>);

/// Left on an answer by a handler that sends a PDF to be looked at: shown in the browser, so not sandboxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlinePdf;

/// Left on an answer by a handler whose answer needs a policy of its own, such as a mail's HTML in a frame without rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPolicy(pub String);

/// Left on an answer by a handler of a page that shows another answer of ours in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FramesOurs;

const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; worker-src 'self'; form-action 'self'";
const PAGE_END: &str = "; base-uri 'none'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp";
const DATA: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
const PDF: &str = "default-src 'none'; frame-ancestors 'none'";

/// What the layer of one group of routes adds.
#[derive(Debug, Clone)]
pub struct Headers {
    pub surface: Surface,
    pub https: bool,
}

impl Headers {
    pub fn of(surface: Surface, url: &PublicUrl) -> Headers {
        Headers { surface, https: url.is_https() }
    }
}

/// The layer. It stands outside whatever writes the body, so errors carry the same headers.
pub async fn add(headers: axum::extract::State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let leads_to = response.extensions_mut().remove::<LeadsTo>();
    let inline = response.extensions_mut().remove::<InlinePdf>().is_some();
    let frames_ours = response.extensions_mut().remove::<FramesOurs>().is_some();
    let mut policy = policy(headers.surface, leads_to.as_ref(), inline);
    if frames_ours {
        policy = policy.replace("frame-src 'none'", "frame-src 'self'");
    }
    if let Some(OwnPolicy(own)) = response.extensions_mut().remove::<OwnPolicy>() {
        policy = own;
    }
    let embeds = response.extensions_mut().remove::<Embeds>();
    if let Some(embeds) = &embeds {
        policy.clone_from(&embeds.policy);
    }
    write(response.headers_mut(), &headers, &policy, inline);
    if let Some(embeds) = embeds {
        for (name, value) in [("cross-origin-opener-policy", embeds.opener), ("permissions-policy", embeds.permissions)] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// The content security policy of one answer.
fn policy(surface: Surface, leads_to: Option<&LeadsTo>, inline_pdf: bool) -> String {
    match surface {
        _ if inline_pdf => PDF.to_owned(),
        Surface::Api | Surface::Static => DATA.to_owned(),
        Surface::Admin | Surface::Portal => {
            // A form's redirect to another host is blocked unless the form's page lists that host.
            let hosts: String = leads_to.iter().flat_map(|hosts| &hosts.0).flat_map(|host| [" ", *host]).collect();
            format!("{PAGE}{hosts}{PAGE_END}")
        }
    }
}

fn write(to: &mut HeaderMap, headers: &Headers, policy: &str, inline_pdf: bool) {
    let same = |name: &'static str, value: &'static str| (HeaderName::from_static(name), HeaderValue::from_static(value));
    to.extend([
        same("x-content-type-options", "nosniff"),
        same("cross-origin-opener-policy", "same-origin"),
        same("cross-origin-resource-policy", "same-origin"),
        same("permissions-policy", "camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
    ]);
    if headers.https {
        to.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    // The answer to a link's token sends `no-referrer` itself, so that the token goes nowhere.
    to.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    if headers.surface != Surface::Static || !to.contains_key(header::CACHE_CONTROL) {
        to.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if headers.surface == Surface::Portal {
        to.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow, noarchive"));
    }
    if headers.surface == Surface::Api && !inline_pdf {
        to.entry(header::CONTENT_DISPOSITION).or_insert(HeaderValue::from_static("attachment"));
    }
    to.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(policy).expect("made of our own plain words"));
    to.remove(header::SERVER);
}

/// The pages to which a pay form may lead when these processors are enabled.
pub fn leads_to<'k>(enabled: impl IntoIterator<Item = &'k str>) -> LeadsTo {
    let hosts_of = |kind: &str| PAYMENT_HOSTS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, hosts)| *hosts);
    LeadsTo(enabled.into_iter().flat_map(|kind| hosts_of(kind).iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(surface: Surface, https: bool, inline: bool) -> HeaderMap {
        let mut to = HeaderMap::new();
        write(&mut to, &Headers { surface, https }, &policy(surface, None, inline), inline);
        to
    }

    fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
        headers.get(name).map_or("", |value| value.to_str().expect("ascii"))
    }

    #[test]
    fn every_surface_has_the_common_headers() {
        for surface in [Surface::Admin, Surface::Portal, Surface::Api, Surface::Static] {
            let headers = written(surface, true, false);
            assert_eq!(text(&headers, "strict-transport-security"), "max-age=63072000; includeSubDomains");
            assert_eq!(text(&headers, "x-content-type-options"), "nosniff");
            assert_eq!(text(&headers, "referrer-policy"), "same-origin");
            assert_eq!(text(&headers, "cross-origin-opener-policy"), "same-origin");
            assert_eq!(text(&headers, "cross-origin-resource-policy"), "same-origin");
            assert_eq!(text(&headers, "permissions-policy"), "camera=(), microphone=(), geolocation=(), usb=(), payment=()");
            assert_eq!(text(&headers, "cache-control"), "no-store");
            assert!(!headers.contains_key("access-control-allow-origin") && !headers.contains_key("server"));
        }
        assert!(!written(Surface::Admin, false, false).contains_key("strict-transport-security"));
    }

    #[test]
    fn pages_run_our_own_scripts_only() {
        let csp = text(&written(Surface::Admin, true, false), "content-security-policy").to_owned();
        assert!(csp.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"), "{csp}");
        assert!(
            csp.contains("; form-action 'self'; base-uri 'none'; object-src 'none'; frame-src 'none'; frame-ancestors 'none';"),
            "{csp}"
        );
        assert!(csp.ends_with("require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
    }

    #[test]
    fn payers_pages_are_not_indexed() {
        assert_eq!(text(&written(Surface::Portal, true, false), "x-robots-tag"), "noindex, nofollow, noarchive");
        assert!(!written(Surface::Admin, true, false).contains_key("x-robots-tag"));
    }

    #[test]
    fn a_pay_form_leads_only_to_enabled_processors() {
        let csp = policy(Surface::Portal, Some(&leads_to(["stripe", "sandbox"])), false);
        assert!(csp.contains("form-action 'self' https://checkout.stripe.com; base-uri"), "{csp}");
        assert!(!csp.contains("paypal") && !csp.contains("square"), "{csp}");
    }

    #[test]
    fn data_is_sandboxed_and_downloaded_a_pdf_is_shown() {
        let data = written(Surface::Api, true, false);
        assert_eq!(text(&data, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'; sandbox");
        assert_eq!(text(&data, "content-disposition"), "attachment");
        let pdf = written(Surface::Portal, true, true);
        assert_eq!(text(&pdf, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    }

    #[test]
    fn only_static_files_may_be_kept() {
        let immutable = HeaderValue::from_static("public, max-age=31536000, immutable");
        for (surface, kept) in [(Surface::Static, true), (Surface::Admin, false)] {
            let mut to = HeaderMap::new();
            to.insert(header::CACHE_CONTROL, immutable.clone());
            write(&mut to, &Headers { surface, https: true }, "x", false);
            assert_eq!(to[header::CACHE_CONTROL] == immutable, kept);
        }
    }
}
