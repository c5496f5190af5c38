//! Before anyone is known: first-run set-up and sign-in; and finding anything.

use askama::Template;

use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Chip, Choice, filters};

/// Sign-in with email and password. The answer is the same for an unknown address and a wrong password.
#[derive(Template)]
#[template(path = "admin/sign_in.html")]
pub struct SignIn {
    /// Name of the business, when there is one only.
    pub business: Option<String>,
    pub refusal: Option<String>,
    pub email: Field,
    /// Where to go after; a path of ours.
    pub next: String,
    /// Shown by `owed demo`: `Sign in as owner@demo.example with …`; nothing otherwise.
    pub hint: Option<String>,
}

/// First run: one-time link, one form.
#[derive(Template)]
#[template(path = "admin/setup.html")]
pub struct Setup {
    /// `/setup/TOKEN`.
    pub action: String,
    pub refusal: Option<String>,
    pub business: Field,
    pub currencies: Vec<Choice>,
    pub zones: Vec<Choice>,
    pub name: Field,
    pub email: Field,
    pub password: Field,
    /// Begin with Sandbox connected, to try everything.
    pub sandbox: Field,
}

/// What was found, as a page and as the palette's fragment (`part`).
#[derive(Template)]
#[template(path = "admin/find.html")]
pub struct FindPage {
    pub shell: Shell,
    pub q: String,
    pub found: Found,
}

/// The results alone.
#[derive(Template)]
#[template(path = "admin/found.html")]
pub struct Found {
    pub q: String,
    pub groups: Vec<FoundGroup>,
}
impl askama::filters::HtmlSafe for Found {}

/// `Customers`, `Orders`, `Payments`.
pub struct FoundGroup {
    pub name: &'static str,
    pub icon: &'static str,
    pub hits: Vec<Hit>,
}

/// One thing found.
pub struct Hit {
    pub href: String,
    pub text: String,
    pub detail: String,
    pub chip: Option<Chip>,
}
