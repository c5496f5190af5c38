//! The published test numbers: the only ones the pretend bank takes, and what each does.
//!
//! Invariants: no number is stored or printed, only what it does and its last four; every other number is refused before
//! anything is done with it. Limits: none of these can be charged anywhere in the world. Left out on purpose: checking
//! Luhn digits or brands of real cards, which have no business here.

use books::calendar::{Day, Instant};
use serde::{Deserialize, Serialize};

use crate::outcome::DeclineReason;
use crate::remote::{MethodKind, SavedMethod};

/// A published number and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    pub number: &'static str,
    pub does: Behavior,
    /// For the page that lists them.
    pub text: &'static str,
}

/// What a test number does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behavior {
    Pays,
    Declined,
    InsufficientFunds,
    Expired,
    IncorrectCvc,
    /// Pays while its holder is present, and is declined when it is charged as a saved card.
    DeclinedLater,
    Authentication,
    /// Charged, but the answer never arrives.
    AnswerLost,
    /// Charged at once, answered after five seconds.
    Slow,
    /// Disputed a day after it was captured.
    Disputed,
    RefundFails,
    /// A bank account: settles after three days.
    DebitSettles,
    /// A bank account: settles after three days and comes back two days later.
    DebitReturned,
}

pub const PUBLISHED: &[Published] = &[
    Published { number: "4242424242424242", does: Behavior::Pays, text: "Pays" },
    Published { number: "4000000000000002", does: Behavior::Declined, text: "Declined" },
    Published { number: "4000000000009995", does: Behavior::InsufficientFunds, text: "Not enough money on it" },
    Published { number: "4000000000000069", does: Behavior::Expired, text: "Expired" },
    Published { number: "4000000000000127", does: Behavior::IncorrectCvc, text: "Wrong security code" },
    Published { number: "4000000000000341", does: Behavior::DeclinedLater, text: "Can be saved, is declined later" },
    Published { number: "4000002500003155", does: Behavior::Authentication, text: "Asks its holder to confirm" },
    Published { number: "4000000000000119", does: Behavior::AnswerLost, text: "Charged, but the answer is lost" },
    Published { number: "4000000000000101", does: Behavior::Slow, text: "Answers after five seconds" },
    Published { number: "4000000000000259", does: Behavior::Disputed, text: "Disputed after a day" },
    Published { number: "4000000000005126", does: Behavior::RefundFails, text: "Pays, but takes no refund" },
    Published { number: "000123456789", does: Behavior::DebitSettles, text: "Bank account: settles after 3 days" },
    Published { number: "000222222227", does: Behavior::DebitReturned, text: "Bank account: returned after 5 days" },
];

/// What the payer's bank says when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Decline(DeclineReason),
    Authenticate,
}

impl Behavior {
    pub fn kind(self) -> MethodKind {
        match self {
            Behavior::DebitSettles | Behavior::DebitReturned => MethodKind::BankDebit,
            _ => MethodKind::Card,
        }
    }

    /// `present`: its holder typed it just now; otherwise it is a saved one.
    pub fn verdict(self, present: bool) -> Verdict {
        match self {
            Behavior::Declined => Verdict::Decline(DeclineReason::CardDeclined),
            Behavior::InsufficientFunds => Verdict::Decline(DeclineReason::InsufficientFunds),
            Behavior::Expired => Verdict::Decline(DeclineReason::ExpiredCard),
            Behavior::IncorrectCvc => Verdict::Decline(DeclineReason::IncorrectCvc),
            Behavior::DeclinedLater if !present => Verdict::Decline(DeclineReason::CardDeclined),
            Behavior::Authentication => Verdict::Authenticate,
            _ => Verdict::Approve,
        }
    }
}

/// A test card or account as the bank keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub does: Behavior,
    pub last4: String,
    /// (year, month); none for a bank account.
    pub expires: Option<(i16, u8)>,
}

impl Card {
    /// What others may see of it; `id` empty when it is not kept.
    pub fn shown(&self, id: &str) -> SavedMethod {
        let kind = self.does.kind();
        let brand = if kind == MethodKind::Card { "Visa" } else { "Bank account" };
        SavedMethod { id: id.to_owned(), kind, brand: brand.to_owned(), last4: self.last4.clone(), expires: self.expires }
    }

    /// A saved card may run out after it was saved.
    pub fn has_expired(&self, now: Instant) -> bool {
        let today = today(now);
        self.expires.is_some_and(|(year, month)| (year, i16::from(month)) < (today.year(), i16::from(today.month())))
    }

    /// The card behind a token: `tok_` and a published number. It expires in December four years on.
    pub fn from_token(token: &str, now: Instant) -> Option<Card> {
        let published = find(token.strip_prefix("tok_")?)?;
        let expires = (published.does.kind() == MethodKind::Card).then(|| (today(now).year() + 4, 12));
        Some(Card { does: published.does, last4: last4(published.number), expires })
    }
}

/// What a person typed into the page.
#[derive(Clone, Copy)]
pub struct CardEntry<'a> {
    pub number: &'a str,
    /// `12/30`, `12/2030` or `1230`.
    pub exp: &'a str,
    pub cvc: &'a str,
    pub name: &'a str,
}

/// Never prints what was typed.
impl std::fmt::Debug for CardEntry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardEntry(***)")
    }
}

/// Why a field of the page is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EntryError {
    /// `number`, `exp`, `cvc` or `name`, as the form calls it.
    pub field: &'static str,
    pub text: &'static str,
}

impl CardEntry<'_> {
    /// The card that was typed, or everything that is wrong with it. A bank account needs no `exp` and no `cvc`. The name
    /// is looked at and not kept.
    pub fn read(&self, now: Instant, bank_debit: bool) -> Result<Card, Vec<EntryError>> {
        let mut errors = Vec::new();
        let digits: String = self.number.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        let published = find(&digits).filter(|known| bank_debit || known.does.kind() == MethodKind::Card);
        if published.is_none() {
            errors.push(EntryError { field: "number", text: "This page takes only the published test numbers." });
        }
        let is_card = published.is_none_or(|known| known.does.kind() == MethodKind::Card);
        let expires = if is_card { self.read_expiry(now, &mut errors) } else { None };
        if is_card && !(self.cvc.len() == 3 && self.cvc.bytes().all(|byte| byte.is_ascii_digit())) {
            errors.push(EntryError { field: "cvc", text: "The security code has three digits." });
        }
        if self.name.chars().count() > 200 {
            errors.push(EntryError { field: "name", text: "A name has at most 200 letters." });
        }
        match published {
            Some(known) if errors.is_empty() => Ok(Card { does: known.does, last4: last4(known.number), expires }),
            _ => Err(errors),
        }
    }

    fn read_expiry(&self, now: Instant, errors: &mut Vec<EntryError>) -> Option<(i16, u8)> {
        let Some((year, month)) = expiry(self.exp) else {
            errors.push(EntryError { field: "exp", text: "Write month and year like 12/30." });
            return None;
        };
        let card = Card { does: Behavior::Pays, last4: String::new(), expires: Some((year, month)) };
        if card.has_expired(now) {
            errors.push(EntryError { field: "exp", text: "This card has expired." });
            return None;
        }
        Some((year, month))
    }
}

/// `12/30`, `1/30`, `12/2030`, `1230` or `122030`; spaces are fine.
fn expiry(text: &str) -> Option<(i16, u8)> {
    let plain: String = text.chars().filter(|letter| *letter != ' ').collect();
    if !plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/') {
        return None;
    }
    let (month, year) = match plain.split_once('/') {
        Some(parts) => parts,
        None => plain.split_at_checked(2)?,
    };
    let century = match year.len() {
        2 => 2000,
        4 => 0,
        _ => return None,
    };
    let (month, year) = (month.parse::<u8>().ok()?, century + year.parse::<i16>().ok()?);
    ((1..=12).contains(&month) && (2000..=2999).contains(&year)).then_some((year, month))
}

fn find(digits: &str) -> Option<&'static Published> {
    PUBLISHED.iter().find(|known| known.number == digits)
}

fn last4(number: &str) -> String {
    number[number.len() - 4..].to_owned()
}

/// A card is good to the end of its month everywhere; the bank reads the month in UTC.
fn today(now: Instant) -> Day {
    now.day_in(&jiff::tz::TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time")
    }

    fn typed<'a>(number: &'a str, exp: &'a str, cvc: &'a str) -> CardEntry<'a> {
        CardEntry { number, exp, cvc, name: "Ada Example" }
    }

    #[test]
    fn takes_published_numbers_only_and_keeps_the_last_four() {
        let card = typed("4242 4242-4242 4242", "12/30", "123").read(now(), true).expect("published");
        assert_eq!((card.does, card.last4.as_str(), card.expires), (Behavior::Pays, "4242", Some((2030, 12))));
        let kept = serde_json::to_string(&card).expect("plain data");
        assert!(!kept.contains("42424242"), "{kept}");
        for number in ["4111111111111111", "5555555555554444", "", "42424242424242420", "4242424242424242x"] {
            let errors = typed(number, "12/30", "123").read(now(), true).expect_err("not published");
            assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["number"], "{number}");
        }
    }

    #[test]
    fn months_in_the_past_and_odd_codes_are_refused() {
        for (exp, fine) in [
            ("01/26", true),
            ("12/25", false),
            ("1226", true),
            ("12 / 2026", true),
            ("13/26", false),
            ("", false),
            ("1/26", true),
            ("1/2026", true),
            ("012026", true),
            ("1/226", false),
            ("/", false),
            ("12/26/1", false),
            ("ab/cd", false),
        ] {
            assert_eq!(typed("4242424242424242", exp, "123").read(now(), true).is_ok(), fine, "{exp}");
        }
        for cvc in ["", "12", "1234", "12a", "１２３"] {
            let errors = typed("4242424242424242", "12/30", cvc).read(now(), true).expect_err("not a code");
            assert_eq!(errors[0].field, "cvc", "{cvc}");
        }
    }

    #[test]
    fn a_bank_account_has_no_month_and_is_offered_only_where_claimed() {
        let account = typed("000123456789", "", "").read(now(), true).expect("published");
        assert_eq!((account.does, account.expires), (Behavior::DebitSettles, None));
        assert!(typed("000123456789", "", "").read(now(), false).is_err());
    }

    #[test]
    fn tokens_are_published_numbers_too() {
        assert_eq!(Card::from_token("tok_4000000000000341", now()).map(|card| card.does), Some(Behavior::DeclinedLater));
        assert_eq!(Card::from_token("tok_4242424242424242", now()).and_then(|card| card.expires), Some((2030, 12)));
        assert_eq!(Card::from_token("tok_4111111111111111", now()), None);
        assert_eq!(Card::from_token("4242424242424242", now()), None);
    }
}
