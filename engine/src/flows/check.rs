//! What text from outside must look like before it is kept. Each check names the field it refuses.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::error::{Error, Result};

pub const NAME: usize = 200;
pub const DESCRIPTION: usize = 1_000;
pub const NOTE: usize = 10_000;
pub const ADDRESSES: usize = 20;

fn plain(field: &str, text: &str, most: usize, lines: bool) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::invalid(field, "TOO_LONG", format!("at most {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(Error::invalid(field, "CONTROL_CHARACTER", "control characters and line breaks cannot stand here"));
    }
    Ok(text.to_owned())
}

/// A name: one line, 1 to 200 characters.
pub fn name(field: &str, text: &str) -> Result<String> {
    let text = plain(field, text, NAME, false)?;
    if text.is_empty() { Err(Error::invalid(field, "REQUIRED", "this cannot be empty")) } else { Ok(text) }
}

/// A description: one line or several, 1 to 1,000 characters.
pub fn description(field: &str, text: &str) -> Result<String> {
    let text = plain(field, text, DESCRIPTION, true)?;
    if text.is_empty() { Err(Error::invalid(field, "REQUIRED", "this cannot be empty")) } else { Ok(text) }
}

/// A short text that may be absent: one line, up to 200 characters. Empty counts as absent.
pub fn short(field: &str, text: Option<&str>) -> Result<Option<String>> {
    text.map(|text| plain(field, text, NAME, false)).transpose().map(|text| text.filter(|text| !text.is_empty()))
}

/// A language tag that may be absent, kept in its canonical spelling. Empty counts as absent.
pub fn locale_or_none(field: &str, text: Option<&str>) -> Result<Option<String>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| locale(field, text)).transpose()
}

/// A language tag (BCP 47), in its canonical spelling.
pub fn locale(field: &str, text: &str) -> Result<String> {
    match locale::Locale::parse(text) {
        Ok(locale) => Ok(locale.to_string()),
        Err(error) => Err(Error::invalid(field, "NOT_A_LOCALE", error.to_string())),
    }
}

/// A text of some lines that may be absent, such as an address: up to 1,000 characters. Empty counts as absent.
pub fn lines(field: &str, text: Option<&str>) -> Result<Option<String>> {
    text.map(|text| plain(field, text, DESCRIPTION, true)).transpose().map(|text| text.filter(|text| !text.is_empty()))
}

/// A note or message that may be absent: up to 10,000 characters. Empty counts as absent.
pub fn note(field: &str, text: Option<&str>) -> Result<Option<String>> {
    text.map(|text| plain(field, text, NOTE, true)).transpose().map(|text| text.filter(|text| !text.is_empty()))
}

/// A reason: needed, up to 1,000 characters.
pub fn reason(field: &str, text: &str) -> Result<String> {
    description(field, text)
}

/// An e-mail address, its domain in lower case and in the letters that every mail server knows (`xn--…`). Checked by the library that
/// will send to it. Names in quotes and bare numbers of a host, which no business writes to, are refused.
pub fn email(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let bad = || {
        Error::invalid(
            field,
            "NOT_AN_ADDRESS",
            format!("this is not an e-mail address: {}", text.chars().take(80).collect::<String>()),
        )
    };
    if text.chars().count() > NAME || text.chars().any(char::is_control) || text.starts_with('"') {
        return Err(bad());
    }
    let (user, domain) = text.rsplit_once('@').ok_or_else(bad)?;
    let domain = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| bad())?;
    let address = lettre::Address::new(user, &*domain).map_err(|_| bad())?;
    if !domain.contains('.') && &*domain != "localhost" {
        return Err(bad());
    }
    Ok(address.to_string())
}

/// An address that may be absent. Empty counts as absent.
pub fn email_or_none(field: &str, text: Option<&str>) -> Result<Option<String>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| email(field, text)).transpose()
}

/// A list of at most 20 addresses, each once.
pub fn emails(field: &str, texts: &[String]) -> Result<Vec<String>> {
    if texts.len() > ADDRESSES {
        return Err(Error::invalid(field, "TOO_MANY", format!("at most {ADDRESSES} addresses")));
    }
    let mut seen = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let address = email(&format!("{field}[{at}]"), text)?;
        if !seen.contains(&address) {
            seen.push(address);
        }
    }
    Ok(seen)
}

/// An amount in minor units: 1 to 10^15 − 1.
pub fn amount(field: &str, minor: i64) -> Result<i64> {
    match minor {
        ..=0 => Err(Error::invalid(field, "NOT_POSITIVE", "the amount must be more than zero")),
        1..=books::money::MAX_MINOR => Ok(minor),
        _ => Err(Error::invalid(field, "TOO_LARGE", "the amount is too large")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_one_by_one_and_kept_once() {
        let list = |texts: &[&str]| emails("cc", &texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(&["a@shop.example", "a@SHOP.example"]).expect("two good ones"), ["a@shop.example"]);
        assert_eq!(list(&["Info@Bücher.example"]).expect("a good one"), ["Info@xn--bcher-kva.example"]);
        for bad in [
            "",
            "a",
            "a@b",
            "a@shop.example\r\nBcc: x@y.example",
            "a b@shop.example",
            "@shop.example",
            "a@b@shop.example",
            "\"odd name\"@shop.example",
            "a@[127.0.0.1]",
            "a@shop..example",
            "a@-shop.example",
        ] {
            let error = list(&["a@shop.example", bad]).expect_err(bad);
            assert!(format!("{error:?}").contains("cc[1]"), "{bad}: {error:?}");
        }
        assert!(list(&vec!["a@shop.example"; 21]).is_err());
    }

    #[test]
    fn amounts_have_two_ends() {
        assert!(amount("amount", 0).is_err() && amount("amount", -5).is_err() && amount("amount", i64::MAX).is_err());
        assert_eq!(amount("amount", books::money::MAX_MINOR).expect("the largest"), 999_999_999_999_999);
    }
}
