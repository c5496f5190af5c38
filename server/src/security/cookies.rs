//! The cookies we set: their names, their attributes, reading and clearing them.
//!
//! Invariants: HttpOnly, SameSite=Lax, Path=/; over https the name begins with `__Host-` and the cookie is Secure, so that
//! no other host can set it; over http it is `owed_…`. A name that arrives twice with different values counts as absent,
//! because somebody else set one of them. Left out: what the values mean.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::PublicUrl;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// A member of staff who has signed in.
    Session,
    /// A payer who opened links.
    Visitor,
    /// A customer who signed in to the portal.
    Portal,
    /// Light or dark, as the person chose.
    Theme,
    /// The language a payer chose: two letters, for the visit.
    Language,
}

impl Cookie {
    const fn short(self) -> &'static str {
        match self {
            Cookie::Session => "sid",
            Cookie::Visitor => "p",
            Cookie::Portal => "portal",
            Cookie::Theme => "theme",
            Cookie::Language => "lang",
        }
    }

    /// The name on the wire.
    pub fn name(self, url: &PublicUrl) -> String {
        let prefix = if url.is_https() { "__Host-" } else { "owed_" };
        format!("{prefix}{}", self.short())
    }

    /// The value that was sent, if exactly one was.
    pub fn read<'h>(self, headers: &'h HeaderMap, url: &PublicUrl) -> Option<&'h str> {
        let name = self.name(url);
        let mut found = None;
        for line in headers.get_all(header::COOKIE) {
            for pair in line.to_str().ok()?.split(';') {
                let Some((key, value)) = pair.trim().split_once('=') else { continue };
                if key == name {
                    if found.is_some_and(|before| before != value) {
                        return None;
                    }
                    found = Some(value);
                }
            }
        }
        found.filter(|value| !value.is_empty())
    }

    /// The `Set-Cookie` value. Without `lives` it ends with the browser's session. Refuses a value with letters that a
    /// cookie cannot hold.
    pub fn set(self, url: &PublicUrl, value: &str, lives: Option<Duration>) -> Option<HeaderValue> {
        let plain = value.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b',' | b'"' | b'\\'));
        if !plain {
            return None;
        }
        let secure = if url.is_https() { "; Secure" } else { "" };
        let age = lives.map(|lives| format!("; Max-Age={}", lives.as_secs())).unwrap_or_default();
        HeaderValue::from_str(&format!("{}={value}; Path=/{age}{secure}; HttpOnly; SameSite=Lax", self.name(url))).ok()
    }

    /// The `Set-Cookie` value that makes the browser forget it.
    pub fn clear(self, url: &PublicUrl) -> HeaderValue {
        self.set(url, "", Some(Duration::ZERO)).expect("an empty value holds no letter that a cookie cannot hold")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        PublicUrl::parse(text).expect("a URL")
    }

    fn sent(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).expect("a header value"));
        }
        headers
    }

    #[test]
    fn attributes_follow_the_scheme() {
        let (https, http) = (url("https://billing.example"), url("http://127.0.0.1:8080"));
        let day = Duration::from_secs(86_400);
        assert_eq!(
            Cookie::Session.set(&https, "abc", Some(day)).expect("a value"),
            "__Host-sid=abc; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(Cookie::Visitor.set(&http, "abc", None).expect("a value"), "owed_p=abc; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(Cookie::Visitor.clear(&http), "owed_p=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn values_cannot_bring_attributes() {
        for bad in ["a; Domain=evil.example", "a\r\nSet-Cookie: x=y", "a b", "a,b"] {
            assert_eq!(Cookie::Session.set(&url("http://x.example"), bad, None), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_only_its_own_name_and_only_one_value() {
        let http = url("http://127.0.0.1");
        assert_eq!(Cookie::Session.read(&sent(&["a=b; owed_sid=tok", "c=d"]), &http), Some("tok"));
        assert_eq!(Cookie::Session.read(&sent(&["owed_sid=one; owed_sid=one"]), &http), Some("one"));
        assert_eq!(Cookie::Session.read(&sent(&["owed_sid=one", "owed_sid=two"]), &http), None);
        assert_eq!(Cookie::Session.read(&sent(&["owed_sid="]), &http), None);
        assert_eq!(Cookie::Session.read(&sent(&["owed_sid=tok"]), &url("https://x.example")), None);
    }
}
