//! A form that comes back: with everything that was typed, and what is wrong beside each field.
//!
//! Invariants: nothing was done when a form comes back; a fault of ours is never shown as the reader's mistake. Every form
//! carries an idempotency key, so sending one twice does once.

use axum::http::StatusCode;
use engine::error::Error;
use engine::flows::call::{Call, Key};

use crate::auth::{Staff, form_encode};
use crate::forms::{Form, new_key};
use crate::respond::Problem;
use crate::view::Choice;

/// The form as it is shown again, and the status of that answer.
pub struct Again {
    pub form: Form,
    pub status: StatusCode,
    /// The key was used for something else: the form needs a new one.
    stale: bool,
}

impl Again {
    /// A form that is shown for the first time, with what it is prefilled with.
    pub fn fresh(form: Form) -> Again {
        Again { form, status: StatusCode::OK, stale: true }
    }

    /// A form with a wrong field (no error), or one that a flow refused. What is nobody's mistake stays a problem.
    pub fn of(mut form: Form, error: Option<Error>) -> Result<Again, Problem> {
        let (status, stale) = match error {
            None if form.errors().is_empty() => {
                form.wrong("", "INVALID", "Something is missing: check what you typed.");
                (StatusCode::UNPROCESSABLE_ENTITY, false)
            }
            None => (StatusCode::UNPROCESSABLE_ENTITY, false),
            Some(Error::Invalid(errors)) => {
                errors.into_iter().for_each(|one| form.wrong(&one.field, one.code, sentence(&one.detail)));
                (StatusCode::UNPROCESSABLE_ENTITY, false)
            }
            Some(Error::Refused(refusal)) => {
                form.wrong(refusal.field.unwrap_or_default(), refusal.code, sentence(&refusal.detail));
                (StatusCode::CONFLICT, false)
            }
            Some(Error::IdempotencyMismatch) => {
                let text =
                    "This form was saved already, with other values. Look whether that was enough before you save it again.";
                form.wrong("", "IDEMPOTENCY_MISMATCH", text);
                (StatusCode::CONFLICT, true)
            }
            Some(other) => return Err(other.into()),
        };
        Ok(Again { form, status, stale })
    }

    /// The key for the form's hidden field.
    pub fn key(&self) -> String {
        let typed = self.form.value(crate::forms::KEY_FIELD);
        if self.stale || typed.is_empty() { new_key() } else { typed.to_owned() }
    }

    /// What is wrong with the form as a whole, or with a field that this page does not show.
    pub fn refusal(&self, shown: &[&str]) -> Option<String> {
        let apart = self.form.errors().iter().filter(|error| !shown.contains(&error.field.as_str()));
        let texts: Vec<&str> = apart.map(|error| error.detail.as_str()).collect();
        if texts.is_empty() { None } else { Some(texts.join(" ")) }
    }

    /// Whether the flow refused with this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.form.errors().iter().any(|error| error.code == code)
    }

    /// Choices with the one that was typed; the first when nothing was.
    pub fn choices<'c>(&self, name: &str, all: impl IntoIterator<Item = (&'c str, &'c str)>) -> Vec<Choice> {
        let typed = self.form.value(name);
        let mut choices: Vec<Choice> = all.into_iter().map(|(value, text)| Choice::new(value, text, value == typed)).collect();
        if let Some(first) = choices.first_mut().filter(|_| typed.is_empty()) {
            first.chosen = true;
        }
        choices
    }
}

/// As a sentence for people: a capital letter first, a full stop last.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A form filled in by us.
pub fn filled<'f>(fields: impl IntoIterator<Item = (&'f str, String)>) -> Form {
    let pairs: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}={}", form_encode(&value))).collect();
    Form::parse(pairs.join("&").as_bytes()).expect("what was encoded here can be read, and is not a form of 10,000 fields")
}

/// The call of a flow in this person's name, under the form's key. Refuses a form without one: it is not a page of ours.
pub fn call(staff: &Staff, form: &mut Form) -> Result<Call, Problem> {
    let Some(text) = form.idempotency_key() else {
        return Err(Problem::malformed("Load the page again: the form is incomplete.", form.errors().to_vec()));
    };
    Ok(staff.call(Some(Key { text, hash: form.request_hash.to_vec() })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_stand_at_their_fields_and_the_rest_above() {
        let mut form = filled([("name", "Ada & Söhne <x>".to_owned()), ("idempotency_key", "k1".to_owned())]);
        assert_eq!(form.value("name"), "Ada & Söhne <x>");
        form.wrong("email", "NOT_AN_EMAIL", "Write one address.");
        form.wrong("hidden", "INVALID", "Something else.");
        let again = Again::of(form, None).expect("a form to show again");
        assert_eq!((again.status.as_u16(), again.key().as_str()), (422, "k1"));
        assert_eq!(again.refusal(&["name", "email"]).as_deref(), Some("Something else."));
    }

    #[test]
    fn a_key_that_was_used_is_replaced_and_a_fault_stays_one() {
        let form = || filled([("idempotency_key", "k1".to_owned())]);
        let again = Again::of(form(), Some(Error::IdempotencyMismatch)).expect("a form to show again");
        assert_eq!(again.status, 409);
        assert_ne!(again.key(), "k1");
        assert!(Again::of(form(), Some(Error::Fault("disk".to_owned()))).is_err());
        let refused = Again::of(form(), Some(Error::refused("NO_BALANCE", "nothing is due"))).expect("a form to show again");
        assert_eq!(refused.refusal(&[]).as_deref(), Some("Nothing is due."));
        assert!(refused.has_code("NO_BALANCE"));
    }

    #[test]
    fn the_first_choice_is_taken_until_one_is_typed() {
        let chosen = |form| {
            let all = Again::fresh(form).choices("side", [("charge", "Charge"), ("credit", "Credit")]);
            all.into_iter().filter(|choice| choice.chosen).map(|choice| choice.value).collect::<Vec<_>>()
        };
        assert_eq!(chosen(Form::default()), ["charge"]);
        assert_eq!(chosen(filled([("side", "credit".to_owned())])), ["credit"]);
    }
}
