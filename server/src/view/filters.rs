//! The filters of the templates: `{{ "mail"|icon }}`, `{{ "app.css"|asset }}` and `{{ currency|sign }}`.
//!
//! The first two take constants of ours, never text from people, and are therefore marked safe.

use askama::filters::Safe;
use askama::{Result, Values};
use books::money::{Currency, Money};
use locale::Tongue;

use crate::assets;

/// The icon of that name from our sprite, hidden from screen readers: the words beside it say the same.
#[askama::filter_fn]
pub fn icon(name: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    debug_assert!(is_drawn(&name.to_string()), "there is no icon {name} in static/icons.svg");
    let sprite = assets::asset("icons.svg");
    Ok(Safe(format!(r##"<svg class="icon" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"##)))
}

/// Where a file of `static/` is served, with its version.
#[askama::filter_fn]
pub fn asset(name: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(assets::asset(&name.to_string())))
}

/// What staff read in front of an amount of a currency, from its code: `$`, `CHF ` with a space that does not break.
#[askama::filter_fn]
pub fn sign(code: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
    Ok(in_front(&code.to_string()))
}

fn in_front(code: &str) -> String {
    match Currency::from_code(code) {
        Some(currency) => Tongue::english().money(Money::new(0, currency)).trim_end_matches(['0', '.']).to_owned(),
        None => format!("{code}\u{a0}"),
    }
}

/// Whether our sprite has an icon of that name.
pub fn is_drawn(name: &str) -> bool {
    include_str!("../../static/icons.svg").contains(&format!(r#"<symbol id="{name}""#))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every template with its name.
    fn templates() -> Vec<(String, String)> {
        fn walk(folder: &Path, out: &mut Vec<(String, String)>) {
            for entry in std::fs::read_dir(folder).expect("the templates are in the source tree") {
                let path = entry.expect("a folder that can be read").path();
                if path.ends_with("mail") {
                    continue; // mails carry their styles in themselves, for want of anything else
                }
                if path.is_dir() {
                    walk(&path, out);
                } else {
                    out.push((path.display().to_string(), std::fs::read_to_string(&path).expect("templates are UTF-8")));
                }
            }
        }
        let mut out = Vec::new();
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut out);
        assert!(out.len() > 40, "the templates were found");
        out
    }

    /// What stands before `"|filter` wherever a filter is given a constant.
    fn constants<'a>(text: &'a str, filter: &str) -> Vec<&'a str> {
        let end = format!("\"|{filter}");
        text.match_indices(&end).filter_map(|(at, _)| text[..at].rsplit('"').next()).collect()
    }

    #[test]
    fn signs_stand_in_front_of_amounts() {
        let signs: Vec<String> = ["USD", "JPY", "KWD", "CHF", "none"].map(in_front).into();
        assert_eq!(signs, ["$", "¥", "KWD\u{a0}", "CHF\u{a0}", "none\u{a0}"]);
    }

    #[test]
    fn no_template_carries_what_the_policy_forbids() {
        for (name, text) in templates() {
            let lower = text.to_lowercase();
            assert!(!lower.contains(" style="), "{name}: a style attribute");
            assert!(!lower.contains("<style"), "{name}: inline style");
            assert!(!lower.contains("javascript:"), "{name}: a script address");
            for (at, _) in lower.match_indices("<script") {
                assert!(lower[at..].split('>').next().is_some_and(|tag| tag.contains(" src=")), "{name}: inline script");
            }
            for (at, _) in lower.match_indices(" on") {
                let rest = lower[at + 3..].trim_start_matches(|c: char| c.is_ascii_lowercase());
                assert!(!rest.starts_with("=\""), "{name}: an event attribute");
            }
        }
    }

    #[test]
    fn every_icon_is_drawn_and_every_file_is_there() {
        for (name, text) in templates() {
            for icon in constants(&text, "icon") {
                assert!(is_drawn(icon), "{name}: no icon {icon}");
            }
            for file in constants(&text, "asset") {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(file);
                assert!(path.is_file(), "{name}: no file {file}");
            }
        }
    }

    #[test]
    fn every_form_that_changes_something_can_be_sent_twice_safely() {
        // These come before anyone is signed in, or only choose what is shown.
        let without = ["/admin/sign-in", "/admin/switch", "/admin/sign-out", "/portal/sign-in", "/portal/sign-out"];
        for (name, text) in templates().into_iter().filter(|(name, _)| !name.contains("sandbox/") || name.contains("admin/")) {
            // Their links are used up by the first use, and what leads on to a processor is posted there.
            if ["setup.html", "portal/enter.html", "portal/onward.html"].iter().any(|free| name.ends_with(free)) {
                continue;
            }
            for form in text
                .split("<form")
                .skip(1)
                .filter(|form| form.split('>').next().is_some_and(|tag| tag.contains("method=\"post\"")))
            {
                let form = form.split("</form>").next().unwrap_or_default();
                let free = without.iter().any(|address| form.contains(&format!("action=\"{address}\"")));
                let keyed = form.contains("idempotency_key") || form.contains("ui::key(");
                assert!(free || keyed, "{name}: a form without a key: {}", form.lines().next().unwrap_or_default());
            }
        }
    }
}
