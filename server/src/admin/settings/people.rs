//! People who may sign in: adding one, giving roles, disabling.
//!
//! Invariant: a new person's first password is made here, shown once on the answer and kept only as its hash.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::UserId;
use engine::flows::manage_users::{self, NewUser};
use engine::store::user::{self, Role, User};

use crate::admin::again::Again;
use crate::admin::desk::{Desk, done, role_name};
use crate::admin::views::settings::{FirstPassword, PeopleSettings, PersonRow, SettingsTab};
use crate::app::App;
use crate::auth::Owner;
use crate::forms::{Form, NAME};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::security::secrets::new_token;
use crate::view::shell::Section;
use crate::view::{Chip, Choice};

/// Letters of a first password.
const FIRST_PASSWORD: usize = 20;
const ROLES: [(&str, Role); 4] =
    [("owner", Role::Owner), ("manager", Role::Manager), ("clerk", Role::Clerk), ("viewer", Role::Viewer)];

/// `GET /admin/settings/people`
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    form(&app, &desk, &Again::fresh(Form::default()), None).await
}

async fn form(app: &App, desk: &Desk, again: &Again, fresh: Option<FirstPassword>) -> Result<Response, Problem> {
    let people = user::list(&app.services.db, desk.staff.business).await?;
    let wanted = again.form.value("role");
    let shown = PeopleSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::People,
        key: again.key(),
        fresh,
        refusal: again.refusal(&["name", "email"]),
        rows: people.iter().map(|person| row(desk, person)).collect(),
        name: again.form.field("name"),
        email: again.form.field("email"),
        roles: roles(if wanted.is_empty() { "clerk" } else { wanted }),
    };
    Ok(page(again.status, &shown))
}

fn roles(chosen: &str) -> Vec<Choice> {
    ROLES.iter().map(|(word, role)| Choice::new(*word, role_name(*role), *word == chosen)).collect()
}

fn row(desk: &Desk, person: &User) -> PersonRow {
    let disabled = person.disabled_at.is_some();
    PersonRow {
        id: person.id.to_string(),
        name: person.name.clone(),
        email: person.email.clone(),
        role: role_name(person.role).to_owned(),
        roles: roles(person.role.as_str()),
        status: Chip::of_state(if disabled { "disabled" } else { "active" }),
        can_sign_in: !disabled,
        is_you: person.id == desk.staff.session.user_id,
    }
}

fn read(typed: &mut Form, password: String) -> Option<NewUser> {
    let name = typed.text("name", NAME);
    let email = typed.email("email");
    let role = typed.choice("role", &ROLES);
    if typed.errors().is_empty() { Some(NewUser { email: email?, name: name?, role: role?, password }) } else { None }
}

/// `POST /admin/settings/people`
pub async fn add(State(app): State<Arc<App>>, Owner(staff): Owner, mut typed: Form) -> Result<Response, Problem> {
    let token = new_token("").map_err(|error| Problem::fault(format!("no randomness: {error}")))?;
    let password: String = token.chars().take(FIRST_PASSWORD).collect();
    let call = staff.call(None);
    let saved = match read(&mut typed, password.clone()) {
        Some(new) => manage_users::add_user(&app.services.db, &call, new).await.map_err(Some),
        None => Err(None),
    };
    let desk = Desk::open(&app, staff).await?;
    match saved {
        Ok(_) => {
            let fresh = FirstPassword { name: typed.value("name").trim().to_owned(), password };
            form(&app, &desk, &Again::fresh(Form::default()), Some(fresh)).await
        }
        Err(error) => form(&app, &desk, &Again::of(typed, error)?, None).await,
    }
}

/// `POST /admin/settings/people/{id}/role`
pub async fn role(
    State(app): State<Arc<App>>,
    Owner(staff): Owner,
    Id(id): Id<UserId>,
    mut typed: Form,
) -> Result<Response, Problem> {
    let Some(role) = typed.choice("role", &ROLES) else { return Err(Problem::invalid(typed.errors().to_vec())) };
    manage_users::set_role(&app.services.db, &staff.call(None), id, role).await?;
    Ok(done("/admin/settings/people", "saved"))
}

/// `POST /admin/settings/people/{id}/disable`
pub async fn disable(State(app): State<Arc<App>>, Owner(staff): Owner, Id(id): Id<UserId>) -> Result<Response, Problem> {
    manage_users::disable_user(&app.services.db, &staff.call(None), id).await?;
    Ok(done("/admin/settings/people", "saved"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clerk_is_offered_first() {
        let chosen: Vec<_> = roles("clerk").into_iter().filter(|choice| choice.chosen).map(|choice| choice.text).collect();
        assert_eq!(chosen, ["Clerk"]);
    }
}
