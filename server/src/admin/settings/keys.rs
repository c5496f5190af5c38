//! Keys of programs: making one, which is shown once, and revoking.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::ApiKeyId;
use engine::flows::issue_key::{self, NewKey};
use engine::flows::keep_answer::find_answer;
use engine::store::api_key::{self, ApiKey, SCOPES};
use engine::store::event;

use crate::admin::again::{self, Again};
use crate::admin::desk::{Desk, done};
use crate::admin::views::settings::{KeyRow, KeySettings, SettingsTab};
use crate::admin::words::Names;
use crate::app::App;
use crate::auth::Owner;
use crate::forms::{Form, NAME};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Chip, Choice, Day};

/// What a scope lets a program do, in words.
const SCOPE_WORDS: [(&str, &str, &str); 5] = [
    ("read", "Read", "Everything that staff see."),
    ("write", "Write", "Customers, orders, entries, links and requests."),
    ("payments", "Payments", "Record and take payments."),
    ("refunds", "Refunds", "Give money back, credit, adjust, reverse."),
    ("settings", "Settings", "The business, people, processors, keys."),
];

/// `GET /admin/settings/keys`
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    form(&app, &desk, &Again::fresh(Form::default()), None).await
}

async fn form(app: &App, desk: &Desk, again: &Again, fresh: Option<String>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let keys = api_key::list(&app.services.db, of).await?;
    let names = Names::of(app, of).await?;
    let mut rows = Vec::with_capacity(keys.len());
    for key in &keys {
        let issued = event::about(&app.services.db, of, key.id.to_string(), 50).await?;
        let by = issued.iter().find(|event| event.kind == "key_issued").map(|event| names.name(&event.actor));
        rows.push(row(desk, key, by.unwrap_or_else(|| "Owed".to_owned())));
    }
    let ticked: Vec<&str> = again.form.all("scope").collect();
    let scope = |(word, text, hint): (&str, &str, &str)| Choice {
        hint: hint.to_owned(),
        ..Choice::new(word, text, ticked.contains(&word))
    };
    let shown = KeySettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Keys,
        key: again.key(),
        refusal: again.refusal(&["name", "expires_on"]),
        fresh,
        rows,
        name: again.form.field("name"),
        scopes: SCOPE_WORDS.into_iter().map(scope).collect(),
        expires_on: again.form.field("expires_on"),
    };
    Ok(page(again.status, &shown))
}

fn row(desk: &Desk, key: &ApiKey, created_by: String) -> KeyRow {
    let expired = key.expires_on.is_some_and(|last| last < desk.today());
    let state = match (key.revoked_at.is_some(), expired) {
        (true, _) => "revoked",
        (false, true) => "expired",
        (false, false) => "active",
    };
    KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        scopes: key.scopes.replace(',', ", "),
        created: desk.moment(key.created_at),
        created_by,
        expires_on: key.expires_on.map(Day::of),
        status: Chip::of_state(state),
        live: state == "active",
    }
}

fn read(typed: &mut Form) -> Option<NewKey> {
    let name = typed.text("name", NAME);
    let expires_on = typed.optional_day("expires_on");
    let scopes: Vec<String> = typed.all("scope").filter(|scope| SCOPES.contains(scope)).map(str::to_owned).collect();
    if typed.errors().is_empty() { Some(NewKey { name: name?, scopes, expires_on }) } else { None }
}

/// Said when the form was sent twice: what it made is shown once.
const MADE_ALREADY: &str =
    "This key was made already, and its text is shown only once. If it was lost, revoke it and make another.";

/// `POST /admin/settings/keys`: the answer is the page itself, with the new key on it, once.
pub async fn make(State(app): State<Arc<App>>, Owner(staff): Owner, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let before = find_answer(&app.services.db, &call).await;
    let desk = Desk::open(&app, staff).await?;
    let made = match before {
        Ok(Some(_)) => {
            typed.wrong("", "SHOWN_ONCE", MADE_ALREADY);
            let mut again = Again::fresh(typed);
            again.status = StatusCode::CONFLICT;
            return form(&app, &desk, &again, None).await;
        }
        Ok(None) => match read(&mut typed) {
            Some(new) => issue_key::issue_key(&app.services.db, &call, new).await.map_err(Some),
            None => Err(None),
        },
        Err(error) => Err(Some(error)),
    };
    match made {
        Ok((_, secret)) => form(&app, &desk, &Again::fresh(Form::default()), Some(secret)).await,
        Err(error) => form(&app, &desk, &Again::of(typed, error)?, None).await,
    }
}

/// `POST /admin/settings/keys/{id}/revoke`
pub async fn revoke(State(app): State<Arc<App>>, Owner(staff): Owner, Id(id): Id<ApiKeyId>) -> Result<Response, Problem> {
    issue_key::revoke_key(&app.services.db, &staff.call(None), id).await?;
    Ok(done("/admin/settings/keys", "saved"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_its_words() {
        assert_eq!(SCOPE_WORDS.map(|(word, ..)| word), SCOPES);
    }
}
