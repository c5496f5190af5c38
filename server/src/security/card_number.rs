//! Finds what looks like the number of a payment card in text that somebody typed.
//!
//! Invariants: a number counts when its length and beginning are those of a card scheme and its check digit fits, written
//! together or in groups with single spaces or dashes between; what is only part of a longer word, number or IBAN does not.
//! Limits: of sixteen digits that begin like a card by chance one in ten fits. Left out on purpose: cards of schemes that are
//! only used within one country. Source: ISO/IEC 7812-1 (check digit, annex B); the schemes' published ranges, 2026.

/// Digits of the shortest and the longest number.
const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// A text with every card's number in it masked but for its last four digits. None: there is none in it.
pub fn masked(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut out = letters.clone();
    let mut at = 0;
    while at < letters.len() {
        let run = run_at(&letters, at);
        if run.is_empty() {
            at += 1;
            continue;
        }
        for (from, to) in numbers_in(&letters, &run) {
            hide(&mut out, from, to);
        }
        at = run.last().map_or(at + 1, |(_, end)| *end);
    }
    (out != letters).then(|| out.into_iter().collect())
}

/// Groups of digits that follow one another with a single space or dash between, from here on, by their ends; empty when no
/// group begins here.
fn run_at(letters: &[char], start: usize) -> Vec<(usize, usize)> {
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let word = |at: usize| letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_');
    if !digit(start) || start.checked_sub(1).is_some_and(word) {
        return Vec::new();
    }
    let (mut groups, mut at) = (Vec::new(), start);
    while digit(at) {
        let begin = at;
        while digit(at) {
            at += 1;
        }
        // Digits that end in a letter are another kind of name.
        if word(at) {
            break;
        }
        groups.push((begin, at));
        if letters.get(at).is_some_and(|letter| matches!(letter, ' ' | '-' | '\u{a0}' | '\u{2011}' | '\u{2013}')) {
            at += 1;
        }
    }
    if is_iban(letters, start) { Vec::new() } else { groups }
}

/// `DE89 3704 …`: what stands before the run is the head of an IBAN.
fn is_iban(letters: &[char], start: usize) -> bool {
    let Some(head) = start.checked_sub(5).and_then(|from| letters.get(from..start)) else { return false };
    matches!(head, [a, b, c, d, ' '] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

/// Where numbers of cards begin and end among groups of digits.
fn numbers_in(letters: &[char], groups: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (place, (from, _)) in groups.iter().enumerate() {
        if found.last().is_some_and(|(_, end)| from < end) {
            continue;
        }
        let mut digits = String::new();
        for (begin, end) in &groups[place..] {
            digits.extend(&letters[*begin..*end]);
            if digits.len() > LONGEST {
                break;
            }
            if is_card(&digits) {
                found.push((*from, *end));
                break;
            }
        }
    }
    found
}

fn is_card(digits: &str) -> bool {
    let length = digits.len();
    let head = |letters: usize| digits.get(..letters).and_then(|head| head.parse::<u32>().ok()).unwrap_or(0);
    let scheme = match length {
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305),
        15 => matches!(head(2), 34 | 37),
        16 => {
            matches!(head(1), 4)
                || matches!(head(2), 51..=55 | 62 | 65)
                || matches!(head(3), 644..=649)
                || matches!(head(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        13 => head(1) == 4,
        17 | 18 => head(2) == 62,
        19 => matches!(head(1), 4) || matches!(head(2), 62 | 65) || head(4) == 6011,
        _ => false,
    };
    (SHORTEST..=LONGEST).contains(&length) && scheme && check_digit_fits(digits)
}

/// The sum of the digits, every second from the end doubled, is a multiple of ten.
fn check_digit_fits(digits: &str) -> bool {
    let weigh = |(place, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0');
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        if doubled > 9 { doubled - 9 } else { doubled }
    };
    digits.bytes().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// All digits but the last four become dots.
fn hide(out: &mut [char], from: usize, to: usize) {
    let mut kept = 0;
    for letter in out[from..to].iter_mut().rev().filter(|letter| letter.is_ascii_digit()) {
        kept += 1;
        if kept > 4 {
            *letter = '•';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_cards_are_found_however_they_are_written() {
        for (typed, shown) in [
            ("5555555555554444", "••••••••••••4444"),
            ("5555 5555 5555 4444", "•••• •••• •••• 4444"),
            ("5555-5555-5555-4444", "••••-••••-••••-4444"),
            ("card: 4111111111111111.", "card: ••••••••••••1111."),
            ("3782 822463 10005, exp 12/30", "•••• •••••• •0005, exp 12/30"),
            ("room 12 5555 5555 5555 4444 12 30", "room 12 •••• •••• •••• 4444 12 30"),
            ("6011111111111117 and 4222222222222", "••••••••••••1117 and •••••••••2222"),
            ("2223 0031 2200 3222", "•••• •••• •••• 3222"),
            ("30569309025904", "••••••••••5904"),
            ("ends in 4444: 5105105105105100", "ends in 4444: ••••••••••••5100"),
        ] {
            assert_eq!(masked(typed).as_deref(), Some(shown), "{typed}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_of_a_card_is_left_alone() {
        for plain in [
            "",
            "INV-2026-00042",
            "+1 (555) 555-5555",
            "5555 5555 5555 4445",
            "DE89 3704 0044 0532 0130 00",
            "DE12 5001 0517 0648 4898 90",
            "RF18 5390 0754 7034",
            "tok_4242424242424242",
            "pay_01h455vb4pex5vsknk084sn02q",
            "1Z999AA10123456784",
            "420123456789012345678901234567",
            "2026-01-15 09:00:00",
            "1234567812345670",
            "9400 1000 0000 0000 0000 00",
            "x5555555555554444",
            "5555555555554444x",
        ] {
            assert_eq!(masked(plain), None, "{plain}");
        }
    }
}
