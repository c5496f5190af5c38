//! Our keys in the twenty letters that Authorize.Net keeps with a transaction.
//!
//! Invariant: [`reference`] loses nothing: [`attempt`] gives the same id back, so that a line of a list leads to our attempt
//! without another question. Limits: ids made by time (UUID version 7) before the year 3084; others have no reference.
//! Source: RFC 9562, 5.7; the length is that of `invoiceNumber`.

use books::calendar::Instant;
use books::ids::{AttemptId, CustomerId};
use uuid::Uuid;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LETTERS: usize = 20;
/// What of a time-made id is not the same in all of them: 45 bits of time, 12 and 62 of chance.
const TIME_BITS: u32 = 45;
const LOW: u128 = (1 << 62) - 1;

/// The twenty letters for an attempt.
pub fn reference(id: AttemptId) -> Option<String> {
    let all = id.0.as_u128();
    let (time, version) = (all >> 80, (all >> 76) & 0xf);
    if version != 7 || (all >> 62) & 0b11 != 0b10 || time >> TIME_BITS != 0 {
        return None;
    }
    let mut left = (time << 74) | (((all >> 64) & 0xfff) << 62) | (all & LOW);
    let mut letters = [b'0'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter = DIGITS[usize::try_from(left % 62).unwrap_or_default()];
        left /= 62;
    }
    Some(letters.iter().map(|letter| char::from(*letter)).collect())
}

/// The attempt behind twenty letters, if they are ours.
pub fn attempt(text: &str) -> Option<AttemptId> {
    if text.len() != LETTERS {
        return None;
    }
    let mut all = 0_u128;
    for letter in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == letter)?;
        all = all.checked_mul(62)?.checked_add(u128::try_from(digit).ok()?)?;
    }
    let (time, chance) = (all >> 74, (all >> 62) & 0xfff);
    let id = (time << 80) | (0x7 << 76) | (chance << 64) | (0b10 << 62) | (all & LOW);
    let id = AttemptId(Uuid::from_u128(id));
    (time >> TIME_BITS == 0 && reference(id).as_deref() == Some(text)).then_some(id)
}

/// When an attempt was made, from its id.
pub fn made_at(id: AttemptId) -> Instant {
    let milliseconds = i64::try_from(id.0.as_u128() >> 80).unwrap_or(i64::MAX);
    Instant(milliseconds.saturating_mul(1_000))
}

/// A customer in the twenty letters of `merchantCustomerId`: the end of the id, of which 74 bits are chance.
pub fn customer(id: CustomerId) -> String {
    let text = id.to_string();
    text.get(text.len().saturating_sub(LETTERS)..).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_attempt_and_nothing_else_is() {
        for (time, chance) in [(0_u128, 0_u128), (1_768_467_600_000, 7), ((1 << 45) - 1, LOW), (1_768_467_600_001, LOW - 1)] {
            let id = AttemptId(Uuid::from_u128((time << 80) | (0x7abc << 64) | (0b10 << 62) | chance));
            let letters = reference(id).expect("made by time");
            assert!(letters.len() == 20 && letters.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{letters}");
            assert_eq!(attempt(&letters), Some(id));
        }
        assert_eq!(reference(AttemptId(Uuid::from_u128(5))), None, "not made by time");
        for foreign in ["", "10023", "INV-2026-00042", "zzzzzzzzzzzzzzzzzzzz", "0000000000000000000é"] {
            assert_eq!(attempt(foreign), None, "{foreign}");
        }
    }
}
