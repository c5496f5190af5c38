//! Papers: which mails bring theirs along, what stands under them, and templates of one's own, looked at before they are used.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use books::paper::PaperKind;
use engine::error::Error;
use engine::flows::dress_papers::write_under_papers;
use engine::flows::replace_template::{LONGEST, replace_template, restore_template, try_template};
use engine::flows::save_business::{BusinessChange, change_business};
use engine::jobs::attach;
use engine::press::{Press, Printed};
use engine::store::paper_template::{self, PaperTemplate};
use locale::Language;

use crate::admin::again::{self, Again, filled};
use crate::admin::desk::{Desk, done};
use crate::admin::views::settings::{FailingTemplate, OwnTemplate, PaperSettings, SettingsTab, TextUnder};
use crate::admin::words::{self, Names};
use crate::app::App;
use crate::auth::{Manager, Staff};
use crate::forms::upload::Upload;
use crate::forms::{Form, new_key};
use crate::papers::{sent, sent_file};
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Choice, Tab};

fn known(word: &str) -> Result<PaperKind, Problem> {
    PaperKind::of_word(word).ok_or_else(Problem::not_found)
}

fn address(kind: PaperKind) -> String {
    format!("/admin/settings/papers/{}", kind.word())
}

/// `GET /admin/settings/papers`
pub async fn first(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    show(State(app), Path(PaperKind::ALL[0].word().to_owned()), desk).await
}

/// `GET /admin/settings/papers/{kind}`
pub async fn show(State(app): State<Arc<App>>, Path(kind): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let own = paper_template::own(&app.services.db, desk.staff.business, kind).await?;
    let text = own.map_or_else(|| app.press.built_in(kind), |own| own.source);
    let texts = Again::fresh(texts(&desk, kind)?);
    form(&app, &desk, kind, &Again::fresh(filled([("template", text)])), &texts).await
}

/// The field of a text in a language.
fn text_field(language: Language) -> String {
    format!("texts.{}", language.code())
}

/// What stands under a kind of paper, as a form.
fn texts(desk: &Desk, kind: PaperKind) -> Result<Form, Problem> {
    let settings = desk.frame.business.settings()?;
    let text = |language| settings.paper_text(kind, language).unwrap_or_default().to_owned();
    let fields: Vec<(String, String)> = Language::ALL.map(|language| (text_field(language), text(language))).into();
    Ok(filled(fields.iter().map(|(name, text)| (name.as_str(), text.clone()))))
}

/// The page with the template that was typed and the texts that were typed.
async fn form(app: &App, desk: &Desk, kind: PaperKind, again: &Again, under: &Again) -> Result<Response, Problem> {
    let db = &app.services.db;
    let own = paper_template::own(db, desk.staff.business, kind).await?;
    let names = Names::of(app, desk.staff.business).await?;
    let attached = desk.frame.business.settings()?.attach_papers;
    let tab = |one: PaperKind| Tab {
        href: address(one),
        text: again::sentence(words::paper_plural(one.word())).replace('.', ""),
        count: None,
        here: one == kind,
    };
    let shown = PaperSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Papers,
        key: again.key(),
        attach_key: new_key(),
        attach: attach::KINDS
            .iter()
            .map(|(word, text)| Choice::new(*word, *text, attached.iter().any(|one| one == word)))
            .collect(),
        kinds: PaperKind::ALL.into_iter().map(tab).collect(),
        action: address(kind),
        plural: words::paper_plural(kind.word()),
        refusal: again.refusal(&["template"]),
        mistakes: again.form.errors().iter().filter(|one| one.field == "template").map(|one| one.detail.clone()).collect(),
        template: again.form.value("template").to_owned(),
        longest: LONGEST / 1024,
        own: own.as_ref().map(|own| own_template(desk, &names, own)),
        text_key: under.key(),
        text_refusal: under.refusal(&Language::ALL.map(text_field).each_ref().map(String::as_str)),
        texts: Language::ALL.map(|language| text_under(&under.form, language)).into(),
    };
    Ok(page(again.status.max(under.status), &shown))
}

fn text_under(typed: &Form, language: Language) -> TextUnder {
    let name = text_field(language);
    TextUnder { field: typed.field(&name), language: language.own_name(), name }
}

fn own_template(desk: &Desk, names: &Names, own: &PaperTemplate) -> OwnTemplate {
    OwnTemplate {
        at: desk.moment(own.saved_at),
        by: names.name(&own.saved_by),
        digest: own.sha256.chars().take(12).collect(),
        failing: own
            .failed_at
            .map(|at| FailingTemplate { since: desk.moment(at), why: own.failed_why.clone().unwrap_or_default() }),
    }
}

/// `POST /admin/settings/papers`: which mails bring their paper along.
pub async fn save_attached(State(app): State<Arc<App>>, Manager(staff): Manager, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let attach_papers = Some(typed.all("attach").map(str::to_owned).collect());
    change_business(&app.services.db, &call, BusinessChange { attach_papers, ..BusinessChange::default() }).await?;
    Ok(done("/admin/settings/papers", "saved"))
}

/// `POST /admin/settings/papers/{kind}`: shows a made-up paper by the template, or keeps it.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    Manager(staff): Manager,
    Upload(mut typed): Upload,
) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let call = again::call(&staff, &mut typed)?;
    let template = typed.value("template").to_owned();
    let look = typed.value("then") == "look";
    let done_so = if look {
        let made = try_template(&app.services, staff.business, kind, &template).await;
        made.map(|bytes| sent(Printed { name: format!("sample-{}", kind.word()), bytes }))
    } else {
        let kept = replace_template(&app.services, &call, kind, &template).await;
        kept.map(|_| done(&address(kind), "saved"))
    };
    match done_so {
        Ok(response) => Ok(response),
        Err(error @ (Error::Invalid(_) | Error::Refused(_) | Error::IdempotencyMismatch)) => {
            let (again, desk) = (Again::of(typed, Some(error))?, Desk::open(&app, staff).await?);
            let texts = Again::fresh(texts(&desk, kind)?);
            form(&app, &desk, kind, &again, &texts).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/settings/papers/{kind}/text`: what stands under papers of this kind, in every language.
pub async fn save_texts(
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    Manager(staff): Manager,
    mut typed: Form,
) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let call = again::call(&staff, &mut typed)?;
    let texts = Language::ALL.map(|language| (language, Some(typed.value(&text_field(language)).to_owned()))).into();
    match write_under_papers(&app.services.db, &call, kind, texts).await {
        Ok(_) => Ok(done(&address(kind), "saved")),
        Err(error) => {
            let (under, desk) = (Again::of(typed, Some(error))?, Desk::open(&app, staff).await?);
            let own = paper_template::own(&app.services.db, desk.staff.business, kind).await?;
            let text = own.map_or_else(|| app.press.built_in(kind), |own| own.source);
            form(&app, &desk, kind, &Again::fresh(filled([("template", text)])), &under).await
        }
    }
}

/// `POST /admin/settings/papers/{kind}/restore`: the built-in template again.
pub async fn restore(
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    Manager(staff): Manager,
    mut typed: Form,
) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    restore_template(&app.services.db, &again::call(&staff, &mut typed)?, kind).await?;
    Ok(done(&address(kind), "saved"))
}

/// `GET /admin/settings/papers/{kind}/built-in.typ`
pub async fn built_in(State(app): State<Arc<App>>, Path(kind): Path<String>, _: Staff) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    Ok(sent_file(&format!("{}.typ", kind.word()), "text/plain; charset=utf-8", app.press.built_in(kind)))
}

/// `GET /admin/settings/papers/{kind}/own.typ`
pub async fn own(State(app): State<Arc<App>>, Path(kind): Path<String>, staff: Staff) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let own = paper_template::own(&app.services.db, staff.business, kind).await?.ok_or_else(Problem::not_found)?;
    Ok(sent_file(&format!("own-{}.typ", kind.word()), "text/plain; charset=utf-8", own.source))
}

/// `GET /admin/settings/papers/{kind}/sample.json`: what a template reads, of a made-up paper.
pub async fn sample(State(app): State<Arc<App>>, Path(kind): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let data = app.press.sample_data(&desk.frame.business, kind)?;
    Ok(sent_file(&format!("{}.json", kind.word()), "application/json", data))
}

/// `GET /admin/settings/papers/{kind}/sample.pdf`: a made-up paper as it is printed now.
pub async fn look(State(app): State<Arc<App>>, Path(kind): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let own = paper_template::own(&app.services.db, desk.staff.business, kind).await?;
    let template = own.map_or_else(|| app.press.built_in(kind), |own| own.source);
    let bytes = try_template(&app.services, desk.staff.business, kind, &template).await?;
    Ok(sent(Printed { name: format!("sample-{}", kind.word()), bytes }))
}
