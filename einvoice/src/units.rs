//! Units of measure: the words of a business to the codes of UN/ECE Recommendation 20.
//!
//! Left out on purpose: guessing. A word that is not here is counted in pieces, and the word is said beside.

const UNITS: &[(&[&str], &str)] = &[
    (&["", "pc", "pcs", "piece", "pieces", "unit", "units", "ea", "each", "stk", "stück", "pièce", "ud"], "C62"),
    (&["h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "hora", "horas"], "HUR"),
    (&["min", "minute", "minutes"], "MIN"),
    (&["d", "day", "days", "tag", "tage", "jour", "jours", "día", "días"], "DAY"),
    (&["week", "weeks", "woche", "wochen"], "WEE"),
    (&["month", "months", "monat", "monate", "mois", "mes"], "MON"),
    (&["year", "years", "jahr", "jahre", "an", "ans", "año"], "ANN"),
    (&["kg"], "KGM"),
    (&["g"], "GRM"),
    (&["t"], "TNE"),
    (&["lb", "lbs"], "LBR"),
    (&["m"], "MTR"),
    (&["cm"], "CMT"),
    (&["mm"], "MMT"),
    (&["km"], "KMT"),
    (&["ft"], "FOT"),
    (&["mi", "mile", "miles"], "SMI"),
    (&["m2", "m²", "sqm"], "MTK"),
    (&["m3", "m³"], "MTQ"),
    (&["sq ft", "sqft", "ft²"], "FTK"),
    (&["l", "liter", "litre"], "LTR"),
    (&["kwh"], "KWH"),
];

/// The code of a unit, and the word itself where no code says it.
pub(crate) fn code(unit: &str) -> (&'static str, Option<&str>) {
    let word = unit.trim().to_lowercase();
    match UNITS.iter().find(|(words, _)| words.contains(&word.as_str())) {
        Some((_, code)) => (code, None),
        None => ("C62", Some(unit.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_have_codes_and_others_are_said_beside() {
        assert_eq!(code("h"), ("HUR", None));
        assert_eq!(code("Stunden"), ("HUR", None));
        assert_eq!(code(""), ("C62", None));
        assert_eq!(code("pallet"), ("C62", Some("pallet")));
    }
}
