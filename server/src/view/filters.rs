//! The filters of the templates: `{{ "mail"|icon }}` and `{{ "app.css"|asset }}`.
//!
//! Both take constants of ours, never text from people, and are therefore marked safe.

use askama::filters::Safe;
use askama::{Result, Values};

use crate::assets;

/// The icon of that name from our sprite, hidden from screen readers: the words beside it say the same.
#[askama::filter_fn]
pub fn icon(name: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    let sprite = assets::asset("icons.svg");
    Ok(Safe(format!(r##"<svg class="icon" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"##)))
}

/// Where a file of `static/` is served, with its version.
#[askama::filter_fn]
pub fn asset(name: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(assets::asset(&name.to_string())))
}
