//! Numbers that can be told wrong by looking at them: VAT numbers, bank accounts and banks.
//!
//! Limits: only the form is looked at, and an account's own check digits; whether a number was ever given out is not.

use crate::countries::is_country;

/// Greece and Northern Ireland write other letters than ISO 3166.
const OTHER_PREFIXES: [&str; 2] = ["EL", "XI"];

/// Whether it begins with a country's letters and goes on with 2 to 13 letters or digits, without spaces.
pub fn is_vat_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_at_checked(2) else { return false };
    let known = is_country(country) || OTHER_PREFIXES.contains(&country);
    known && (2..=13).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Whether the account number's own check digits agree (ISO 13616, modulo 97). Without spaces, in capitals.
pub fn is_iban(text: &str) -> bool {
    let good = (15..=34).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !good || !is_country(&text[..2]) {
        return false;
    }
    let turned = text[4..].bytes().chain(text[..4].bytes());
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// Whether it looks like a bank's code (ISO 9362): 8 or 11 letters and digits, the country in the middle.
pub fn is_bic(text: &str) -> bool {
    matches!(text.len(), 8 | 11) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && is_country(&text[4..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_numbers_are_seen() {
        for (good, bad) in [("DE123456789", "123456789"), ("EL123456789", "XX123456789"), ("ATU12345678", "DE 123456789")] {
            assert!(is_vat_id(good) && !is_vat_id(bad), "{good} {bad}");
        }
        assert!(is_iban("DE89370400440532013000") && is_iban("GB82WEST12345698765432"));
        for bad in ["DE88370400440532013000", "DE89 3704 0044 0532 0130 00", "", "XX00", "ä"] {
            assert!(!is_iban(bad), "{bad}");
        }
        assert!(is_bic("COBADEFFXXX") && is_bic("COBADEFF") && !is_bic("COBAXXFF") && !is_bic("COBA"));
        assert!(!is_vat_id("é") && !is_vat_id(""));
    }
}
