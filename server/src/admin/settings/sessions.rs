//! Where a person is signed in, and their password. Everybody may change their own, whatever their role.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::SessionId;
use engine::flows::{manage_users, sign_in};
use engine::store::session::{self, Session};

use crate::admin::again::Again;
use crate::admin::desk::{Desk, done};
use crate::admin::sign_in::signed_out;
use crate::admin::views::settings::{SessionRow, SessionSettings, SettingsTab};
use crate::app::App;
use crate::auth::Staff;
use crate::forms::Form;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;

/// `GET /admin/settings/sessions`
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    form(&app, &desk, &Again::fresh(Form::default())).await
}

async fn form(app: &App, desk: &Desk, again: &Again) -> Result<Response, Problem> {
    let live = session::live(&app.services.db, desk.staff.business, desk.staff.session.user_id).await?;
    // What was typed into a password field is never sent back.
    let password = |name: &str| Field { value: String::new(), ..again.form.field(name) };
    let shown = SessionSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Sessions,
        key: again.key(),
        refusal: again.refusal(&["current_password", "new_password"]),
        rows: live.iter().map(|session| row(desk, session)).collect(),
        current_password: password("current_password"),
        new_password: password("new_password"),
    };
    Ok(page(again.status, &shown))
}

fn row(desk: &Desk, session: &Session) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        device: device(&session.agent),
        address: session.ip.clone(),
        since: desk.moment(session.created_at),
        last_seen: desk.moment(session.seen_at),
        is_this: session.id == desk.staff.session.session_id,
    }
}

/// A browser and system by the words they send; good enough to tell one's own devices apart.
fn device(agent: &str) -> String {
    let pick = |known: &[(&str, &'static str)]| known.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name);
    let browser =
        pick(&[("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")]);
    let system = pick(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "A browser".to_owned(),
    }
}

/// `POST /admin/settings/sessions/{id}/end`
pub async fn end(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<SessionId>) -> Result<Response, Problem> {
    sign_in::sign_out(&app.services.db, &staff.call(None), id).await?;
    Ok(done("/admin/settings/sessions", "ended"))
}

/// `POST /admin/settings/sessions/end-all`: signs out everywhere, here too.
pub async fn end_all(State(app): State<Arc<App>>, staff: Staff) -> Result<Response, Problem> {
    sign_in::sign_out_everywhere(&app.services.db, &staff.call(None), staff.session.user_id).await?;
    Ok(signed_out(&app))
}

/// `POST /admin/settings/password`: every other session of this person ends.
pub async fn password(State(app): State<Arc<App>>, staff: Staff, typed: Form) -> Result<Response, Problem> {
    let turn = app.limits.passwords.acquire().await.map_err(|_| Problem::busy(1))?;
    let (current, new) = (typed.value("current_password").to_owned(), typed.value("new_password").to_owned());
    let (call, here) = (staff.call(None), staff.session.session_id);
    let changed = manage_users::change_password(&app.services.db, &call, here, &current, &new).await;
    drop(turn);
    match changed {
        Ok(()) => Ok(done("/admin/settings/sessions", "saved")),
        Err(error) => form(&app, &Desk::open(&app, staff).await?, &Again::of(typed, Some(error))?).await,
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn devices_are_told_by_browser_and_system() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(device(firefox), "Firefox on Linux");
        assert_eq!(device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Safari/605"), "Safari on iPhone");
        assert_eq!(device(""), "A browser");
    }
}
