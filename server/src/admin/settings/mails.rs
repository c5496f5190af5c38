//! The words of mails: one kind at a time, looked at before they are kept, and sent as a test to whoever is signed in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use engine::flows::reword_mail::{preview_mail, reword_mail, send_test_mail};
use engine::mail::words::{KINDS, Kind, MailWords};
use locale::Language;

use crate::admin::again::{self, Again, filled};
use crate::admin::desk::{Desk, done};
use crate::admin::outbox::framed;
use crate::admin::views::settings::{MailPreview, MailSettings, SettingsTab};
use crate::app::App;
use crate::auth::Manager;
use crate::forms::{Form, NOTE};
use crate::respond::{Problem, page};
use crate::security::headers::FramesOurs;
use crate::view::Tab;
use crate::view::shell::Section;

/// The kind that is shown first.
const FIRST: &str = "invoice";

fn known(kind: &str) -> Result<&'static Kind, Problem> {
    Kind::of_word(kind).ok_or_else(Problem::not_found)
}

fn address(kind: &str, language: Language) -> String {
    in_language(&format!("/admin/settings/mails/{kind}"), language)
}

fn in_language(path: &str, language: Language) -> String {
    match language {
        Language::English => path.to_owned(),
        other => format!("{path}?language={}", other.code()),
    }
}

/// The language that an address or a form names: English, unless it is another in which such mails are written.
fn language(form: &Form, kind: &Kind) -> Language {
    Language::of_code(form.value("language")).filter(|one| kind.speaks(*one)).unwrap_or(Language::English)
}

/// `GET /admin/settings/mails`
pub async fn first(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    show(State(app), Path(FIRST.to_owned()), desk).await
}

/// `GET /admin/settings/mails/{kind}`
pub async fn show(State(app): State<Arc<App>>, Path(kind): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let language = language(&desk.asked, kind);
    let words = desk.frame.business.settings()?.words_of(kind.word, language);
    let code = language.code().to_owned();
    let typed =
        filled([("language", code), ("subject", words.subject.unwrap_or_default()), ("body", words.body.unwrap_or_default())]);
    form(&app, &desk, kind, &Again::fresh(typed)).await
}

/// `GET /admin/settings/mails/{kind}/html`: the mail as it looks in the words that are kept, for a frame without rights.
pub async fn html(State(app): State<Arc<App>>, Path(kind): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let language = language(&desk.asked, kind);
    let words = desk.frame.business.settings()?.words_of(kind.word, language);
    let made = preview_mail(&app.services.db, desk.staff.business, kind.word, language, words).await?;
    Ok(framed(made.html))
}

fn read(typed: &mut Form) -> MailWords {
    MailWords { subject: Some(typed.value("subject").to_owned()), body: typed.optional_lines("body", NOTE) }
}

/// The form with the mail as these words make it; as it usually is, while they cannot be kept.
async fn form(app: &App, desk: &Desk, kind: &'static Kind, again: &Again) -> Result<Response, Problem> {
    let (db, of) = (&app.services.db, desk.staff.business);
    let words =
        MailWords { subject: Some(again.form.value("subject").to_owned()), body: Some(again.form.value("body").to_owned()) };
    let language = language(&again.form, kind);
    let made = match preview_mail(db, of, kind.word, language, words).await {
        Ok(made) => made,
        Err(_) => preview_mail(db, of, kind.word, language, MailWords::default()).await?,
    };
    let tab = |other: &Kind| Tab {
        href: address(other.word, language),
        text: other.name.to_owned(),
        count: None,
        here: other.word == kind.word,
    };
    let spoken = |one: Language| Tab {
        href: address(kind.word, one),
        text: one.own_name().to_owned(),
        count: None,
        here: one == language,
    };
    let shown = MailSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Mails,
        kinds: KINDS.iter().map(tab).collect(),
        languages: Language::ALL.into_iter().filter(|one| kind.speaks(*one)).map(spoken).collect(),
        language: language.code(),
        action: address(kind.word, Language::English),
        key: again.key(),
        refusal: again.refusal(&["subject", "body"]),
        subject: again.form.field("subject"),
        body: again.form.field("body"),
        places: kind.places.iter().map(|place| (place.word(), place.meaning())).collect(),
        preview: MailPreview { subject: made.subject, text: made.text },
        kept: in_language(&format!("/admin/settings/mails/{}/html", kind.word), language),
        to: desk.staff.session.email.clone(),
    };
    let mut response = page(again.status, &shown);
    response.extensions_mut().insert(FramesOurs);
    Ok(response)
}

/// `POST /admin/settings/mails/{kind}`: keeps the words, looks at them first, or keeps them and sends a test.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    Manager(staff): Manager,
    mut typed: Form,
) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let call = again::call(&staff, &mut typed)?;
    let words = read(&mut typed);
    let language = language(&typed, kind);
    let then = typed.value("then").to_owned();
    let to = staff.session.email.clone();
    let saved = match (typed.errors().is_empty(), then.as_str()) {
        (false, _) => Err(None),
        (true, "look") => {
            preview_mail(&app.services.db, staff.business, kind.word, language, words).await.map(|_| ()).map_err(Some)
        }
        (true, _) => reword_mail(&app.services.db, &call, kind.word, language, words).await.map(|_| ()).map_err(Some),
    };
    match (saved, then.as_str()) {
        (Ok(()), "look") => {
            let desk = Desk::open(&app, staff).await?;
            form(&app, &desk, kind, &Again::fresh(typed)).await
        }
        (Ok(()), "test") => {
            send_test_mail(&app.services, &staff.call(None), kind.word, language, &to).await?;
            Ok(done(&address(kind.word, language), "test-mail"))
        }
        (Ok(()), _) => Ok(done(&address(kind.word, language), "saved")),
        (Err(error), _) => {
            let again = Again::of(typed, error)?;
            form(&app, &Desk::open(&app, staff).await?, kind, &again).await
        }
    }
}
