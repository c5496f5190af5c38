//! Lines of an order while they are typed: repeated fields → lines with their prices, and back.
//!
//! Invariants: a line with neither description nor price is not one; the price of a discount is typed without a sign and
//! taken off. Limit: as many lines as the books take.

use books::money::Currency;
use books::tax::{LineInput, LineKind, Quantity, TaxRate};
use locale::Tongue;

use super::views::orders::LineFields;
use crate::forms::{DESCRIPTION, Form};
use crate::view::Choice;
use crate::view::form::Field;

const KINDS: [(LineKind, &str); 6] = [
    (LineKind::Item, "Item"),
    (LineKind::Option, "Option"),
    (LineKind::Shipping, "Shipping"),
    (LineKind::Service, "Service"),
    (LineKind::Fee, "Fee"),
    (LineKind::Discount, "Discount"),
];
/// How many empty lines a new form offers.
const EMPTY: usize = 3;
const FIELDS: [&str; 5] = ["kind", "description", "quantity", "unit_amount", "tax_rate"];
/// What a line of a draft may bring along from a program; a person sees it and leaves it.
const CARRIED: [&str; 2] = ["unit", "tax_included"];

/// One typed line, as text.
struct Typed<'f> {
    kind: &'f str,
    description: &'f str,
    quantity: &'f str,
    unit_amount: &'f str,
    tax_rate: &'f str,
    unit: &'f str,
    tax_included: bool,
}

impl Typed<'_> {
    fn is_empty(&self) -> bool {
        self.description.trim().is_empty() && self.unit_amount.trim().is_empty()
    }
}

fn typed<'f>(form: &'f Form) -> Vec<Typed<'f>> {
    let [kinds, descriptions, quantities, unit_amounts, tax_rates] = FIELDS.map(|name| form.all(name).collect::<Vec<_>>());
    let [units, included] = CARRIED.map(|name| form.all(name).collect::<Vec<_>>());
    let at = |values: &Vec<&'f str>, place: usize| values.get(place).copied().unwrap_or_default();
    let one = |place| Typed {
        kind: at(&kinds, place),
        description: at(&descriptions, place),
        quantity: at(&quantities, place),
        unit_amount: at(&unit_amounts, place),
        tax_rate: at(&tax_rates, place),
        unit: at(&units, place).trim(),
        tax_included: at(&included, place) == "on",
    };
    (0..descriptions.len().max(unit_amounts.len())).map(one).collect()
}

/// The lines that were typed. Mistakes are noted as `lines[2].quantity`, counted as the flow counts: without empty lines.
pub fn read(form: &mut Form, currency: Currency) -> Vec<LineInput> {
    let mut mistakes: Vec<(String, &'static str, String)> = Vec::new();
    let mut lines = Vec::new();
    for (place, line) in typed(form).iter().filter(|line| !line.is_empty()).enumerate() {
        let mut wrong = |field: &str, text: &str| {
            mistakes.push((format!("lines[{place}].{field}"), "INVALID", text.to_owned()));
        };
        let kind: LineKind = line.kind.parse().unwrap_or(LineKind::Item);
        let description = line.description.trim();
        if description.is_empty() || description.chars().count() > DESCRIPTION || description.chars().any(char::is_control) {
            wrong("description", "Describe the line on one line of text.");
        }
        let quantity: Option<Quantity> = match line.quantity.trim() {
            "" => Some(Quantity::ONE),
            text => text.parse().ok(),
        };
        if quantity.is_none() {
            wrong("quantity", "Write a number above 0 with at most 4 decimal places.");
        }
        let price = Tongue::english().read_amount(line.unit_amount.trim(), currency).map(|money| money.minor);
        if let Err(problem) = &price {
            wrong("unit_amount", &super::again::sentence(&problem.to_string()));
        }
        let tax_rate: Option<Option<TaxRate>> = match line.tax_rate.trim().trim_end_matches('%').trim() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        if tax_rate.is_none() {
            wrong("tax_rate", "Write a percentage such as 19 or 7.7.");
        }
        if let (Some(quantity), Ok(price), Some(tax_rate)) = (quantity, price, tax_rate) {
            lines.push(LineInput {
                kind,
                description: description.to_owned(),
                quantity,
                unit: Some(line.unit.to_owned()).filter(|unit| !unit.is_empty()),
                unit_amount: if kind == LineKind::Discount { -price } else { price },
                tax_rate,
                tax_included: line.tax_included,
            });
        }
    }
    mistakes.into_iter().for_each(|(field, code, text)| form.wrong(&field, code, text));
    lines
}

/// The lines as they are shown again, and empty ones to go on with.
pub fn fields(form: &Form) -> Vec<LineFields> {
    let mut shown: Vec<LineFields> = Vec::new();
    for (place, line) in typed(form).iter().filter(|line| !line.is_empty()).enumerate() {
        let field = |name: &str, value: &str| Field {
            value: value.to_owned(),
            error: form.error(&format!("lines[{place}].{name}")).map(str::to_owned),
        };
        shown.push(LineFields {
            kinds: kinds(line.kind),
            description: field("description", line.description),
            quantity: field("quantity", line.quantity),
            unit_amount: field("unit_amount", line.unit_amount),
            tax_rate: field("tax_rate", line.tax_rate),
            unit: line.unit.to_owned(),
            tax_included: line.tax_included,
        });
    }
    let wanted = if shown.is_empty() { EMPTY } else { shown.len() + 1 };
    while shown.len() < wanted {
        shown.push(LineFields {
            kinds: kinds(""),
            description: Field::default(),
            quantity: Field::of("1"),
            unit_amount: Field::default(),
            tax_rate: Field::default(),
            unit: String::new(),
            tax_included: false,
        });
    }
    shown
}

fn kinds(chosen: &str) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { "item" } else { chosen };
    KINDS.iter().map(|(kind, text)| Choice::new(kind.as_str(), *text, kind.as_str() == chosen)).collect()
}

/// The names of every field of the lines, for telling their mistakes from those of the form.
pub fn names(form: &Form) -> Vec<String> {
    let many = typed(form).iter().filter(|line| !line.is_empty()).count();
    (0..many).flat_map(|place| FIELDS.map(|name| format!("lines[{place}].{name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::from_code("USD").expect("a known code")
    }

    fn form(text: &str) -> Form {
        Form::parse(text.as_bytes()).expect("a form")
    }

    #[test]
    fn empty_lines_are_none_and_a_discount_is_taken_off() {
        let text = "kind=item&description=Oak+door&quantity=2&unit_amount=240.00&tax_rate=19%25\
            &kind=item&description=&quantity=1&unit_amount=&tax_rate=\
            &kind=discount&description=Trade&quantity=&unit_amount=10&tax_rate=";
        let mut form = form(text);
        let lines = read(&mut form, usd());
        assert!(form.errors().is_empty(), "{:?}", form.errors());
        let seen: Vec<_> = lines.iter().map(|line| (line.kind, line.unit_amount, line.quantity.to_string())).collect();
        assert_eq!(seen, [(LineKind::Item, 24_000, "2".to_owned()), (LineKind::Discount, -1_000, "1".to_owned())]);
        assert_eq!(fields(&form).len(), 3, "two that were typed and one to go on with");
    }

    #[test]
    fn mistakes_stand_in_the_line_they_belong_to() {
        let text = "kind=item&description=&quantity=&unit_amount=&tax_rate=\
            &kind=item&description=Door&quantity=-1&unit_amount=1.234&tax_rate=x";
        let mut form = form(text);
        read(&mut form, usd());
        let shown = fields(&form);
        assert!(shown[0].quantity.error.is_some() && shown[0].unit_amount.error.is_some() && shown[0].tax_rate.error.is_some());
        assert_eq!(shown[0].unit_amount.value, "1.234");
        assert!(names(&form).contains(&"lines[0].quantity".to_owned()));
    }
}
