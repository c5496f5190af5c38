//! Credit notes by line: how much of a line a quantity or an amount is, before the account takes it off.
//!
//! Invariants: what is taken off a line in parts adds up to the line exactly; never more than is left of it. Left
//! out: what a credit note does to money (`account/credit_note.rs`), its number and its paper.

use crate::account::ChargeLine;
use crate::money::{Currency, Money, divide_half_away};
use crate::refusal::Refusal;
use crate::tax::Quantity;

/// What of a line is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfLine {
    /// Some of its units.
    Quantity(Quantity),
    /// Gross, minor units.
    Amount(i64),
    /// All that is left.
    Rest,
}

/// The gross to take off a line that was sold as `quantity`. A quantity that reaches the whole line, with what was
/// credited before, takes the rest to the last unit. Refuses more than is left.
pub fn gross_of(line: &ChargeLine, quantity: Quantity, wanted: OfLine, currency: Currency) -> Result<i64, Refusal> {
    let left = line.gross - line.credited;
    let gross = match wanted {
        OfLine::Rest => left,
        OfLine::Amount(amount) => amount,
        OfLine::Quantity(part) if part == quantity => left,
        OfLine::Quantity(part) => {
            let share = i128::from(line.gross) * i128::from(part.ten_thousandths());
            let share = divide_half_away(share, i128::from(quantity.ten_thousandths()));
            let share = i64::try_from(share).map_err(|_| Refusal::TooLarge)?;
            // The last of several parts may be off by a rounded unit: it takes what is left.
            if share > left && share - left <= 1 { left } else { share }
        }
    };
    let money = |minor| Money::new(minor, currency);
    if gross <= 0 {
        return Err(Refusal::NotPositive);
    }
    if gross > left { Err(Refusal::ExceedsTotal { asked: money(gross), creditable: money(left) }) } else { Ok(gross) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::LineRef;
    use crate::ids::EntryId;
    use uuid::Uuid;

    #[test]
    fn parts_of_a_line_add_up_to_it() {
        let charge = EntryId(Uuid::nil());
        let whole = Currency::from_code("USD").expect("a known code");
        let mut line = ChargeLine { line: LineRef::Charge(charge), charge, gross: 1_000, tax: 0, credited: 0, credited_tax: 0 };
        let three = Quantity::whole(3).expect("in range");
        let one = OfLine::Quantity(Quantity::ONE);
        for want in [333, 333] {
            assert_eq!(gross_of(&line, three, one, whole), Ok(want));
            line.credited += want;
        }
        assert_eq!(gross_of(&line, three, OfLine::Rest, whole), Ok(334));
        assert_eq!(gross_of(&line, three, OfLine::Amount(335), whole).map_err(|no| no.code().as_str()), Err("EXCEEDS_TOTAL"));
        line.credited = 1_000;
        assert_eq!(gross_of(&line, three, OfLine::Rest, whole), Err(Refusal::NotPositive));
    }
}
