//! The body `a[b][0]=c` that Stripe reads, and query strings.
//!
//! Invariants: the order in which fields are added is kept; letters outside the unreserved set are percent-encoded as UTF-8,
//! the brackets of a name are not. Left out on purpose: reading such a body back (only fakes do that).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but letters, digits and `- . _ ~`. Source: RFC 3986, 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const IN_NAMES: &AsciiSet = &RESERVED.remove(b'[').remove(b']');

/// A form that is being filled in.
#[derive(Debug, Clone, Default)]
pub struct FormBody {
    text: String,
}

impl FormBody {
    pub fn new() -> FormBody {
        FormBody::default()
    }

    /// Adds a field: `("metadata[ref]", 42)`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> FormBody {
        self.add(name, value);
        self
    }

    /// Adds a field when there is a value.
    #[must_use]
    pub fn maybe(mut self, name: &str, value: Option<impl std::fmt::Display>) -> FormBody {
        if let Some(value) = value {
            self.add(name, value);
        }
        self
    }

    pub fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.extend(utf8_percent_encode(name, IN_NAMES));
        self.text.push('=');
        self.text.push_str(&escaped(&value.to_string()));
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

/// A value as it may stand in a path or a query.
pub fn escaped(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_brackets_and_values_nothing_that_could_be_read_twice() {
        let form = FormBody::new().with("name", "Acme & Söns").with("metadata[ref]", 42).maybe("x", None::<&str>);
        assert_eq!(form.into_text(), "name=Acme%20%26%20S%C3%B6ns&metadata[ref]=42");
        assert_eq!(escaped("a/b?c=[1]&d"), "a%2Fb%3Fc%3D%5B1%5D%26d");
    }
}
