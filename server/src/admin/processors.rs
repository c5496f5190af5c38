//! Connections to payment processors: connect, test, disable, enable; and Sandbox's own record with its buttons.
//!
//! Invariant: what a connection claims to be able to do is asked of the connector itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::ConnectionId;
use engine::error::Error;
use engine::flows::connect_processor::{
    ChangedConnection, NewConnection, change_connection, connect_processor, set_connection_state,
};
use engine::flows::test_processor::test_processor;
use engine::flows::use_sandbox_desk::{self, DeskAct};
use engine::store::connection::{self, Connection};
use engine::store::payment;
use processors::MethodKind;
use processors::registry::{self, ProcessorKind, Takes};
use processors::sandbox::{BankCharge, Fault, Mailed};

use super::again::{self, Again};
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::processors::{
    ProcessorForm, ProcessorList, ProcessorOffer, ProcessorRow, SandboxCharge, SandboxMailed, SandboxRecord, SettingField,
};
use super::views::settings::SettingsTab;
use crate::app::App;
use crate::auth::Owner;
use crate::forms::{Form, NAME, new_key};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::{Section, Shell};
use crate::view::{Chip, Choice, Day, Link, Notice, Pager, Tone};

/// How many charges of Sandbox a page shows.
const PAGE: usize = 50;
/// What Sandbox can be told to do wrong: the published word, what it is called, what happens.
const FAULTS: [(&str, &str, &str); 5] = [
    ("lose_answer", "Lose the answer", "The next payment is charged, but its answer never arrives."),
    ("timeout", "Time out", "The next call never reaches the bank."),
    ("error_500", "Fail", "The bank fails before it does anything."),
    ("duplicate_webhook", "Tell twice", "The next message is delivered twice."),
    ("late_webhook", "Tell late", "The next message comes an hour late."),
];

/// `GET /admin/settings/processors`
pub async fn list(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    list_page(&app, &desk, desk.live(Section::Settings)).await
}

async fn list_page(app: &App, desk: &Desk, shell: Shell) -> Result<Response, Problem> {
    let connections = connection::list(&app.services.db, desk.staff.business).await?;
    let mut rows = Vec::with_capacity(connections.len());
    for one in &connections {
        rows.push(row(app, desk, one).await?);
    }
    let shown = ProcessorList {
        shell,
        tab: SettingsTab::Processors,
        rows,
        offers: registry::ALL.iter().map(offer).collect(),
        key: new_key(),
    };
    Ok(page(StatusCode::OK, &shown))
}

async fn row(app: &App, desk: &Desk, one: &Connection) -> Result<ProcessorRow, Problem> {
    // One whose secrets cannot be opened any more is shown all the same: its settings can be entered again.
    let connected = app.services.connections.open(one, &desk.frame.business.name).ok();
    let claims = connected.iter().flat_map(|connected| connected.processor.capabilities().claimed());
    let claims = claims.map(|claim| claim.name().replace('_', " "));
    let kind = registry::find(&one.kind);
    let title = kind.map_or(one.kind.as_str(), |kind| kind.title);
    let heard = connection::heard_at(&app.services.db, one.business_id, one.id).await?;
    Ok(ProcessorRow {
        heard: heard.map(|at| desk.moment(at)),
        refused: one.hook_refused_at.map(|at| desk.moment(at)),
        unread: one.payouts_held_up().map(|(why, since)| (why.to_owned(), desk.moment(since))),
        advice: advice(&one.state, connected.is_some()),
        editable: kind.is_some_and(|kind| !kind.fields.is_empty()),
        id: one.id.to_string(),
        name: one.name.clone(),
        kind: title.to_owned(),
        status: Chip::of_state(&one.state),
        capabilities: claims.collect(),
        webhook: app.public_url.link(&format!("/hooks/{}", one.id)),
        enabled: one.state != "disabled",
        record: connected.is_some_and(|connected| connected.bank.is_some()).then(|| format!("/admin/sandbox/{}", one.id)),
    })
}

/// What stands in the way of being paid through it.
fn advice(state: &str, opens: bool) -> Option<&'static str> {
    match state {
        _ if !opens => Some("Its secrets cannot be opened: this server has another key file. Enter them again."),
        "untested" => {
            Some("Nobody can pay through it yet. Send a test charge: when it goes well, it is live, and no money moves.")
        }
        "failing" => {
            Some("The last test charge was refused, so nobody can pay through it. Look at its settings and send another.")
        }
        _ => None,
    }
}

fn offer(kind: &ProcessorKind) -> ProcessorOffer {
    let text = match kind.pretend {
        true => "A pretend processor with test cards: try everything end to end.",
        false => "Cards and other methods, with your own account there.",
    };
    ProcessorOffer { kind: kind.name, name: kind.title, text, needs_settings: !kind.fields.is_empty() }
}

/// `GET /admin/settings/processors/new?kind=`
pub async fn new(desk: Desk) -> Result<Response, Problem> {
    let kind = registry::find(desk.asked.value("kind")).ok_or_else(Problem::not_found)?;
    Ok(form(&desk, kind, None, &Again::fresh(Form::default())))
}

/// The form of a new connection, or of one that is there.
fn form(desk: &Desk, kind: &'static ProcessorKind, known: Option<(&Connection, String)>, again: &Again) -> Response {
    let hints = known.as_ref().map(|(connection, _)| connection.secret_hints()).unwrap_or_default();
    let help = |setting: &registry::SettingField| match hints.get(setting.name) {
        Some(last4) if last4.is_empty() => "It is set. Leave this empty to keep it.".to_owned(),
        Some(last4) => format!("It is set and ends in {last4}. Leave this empty to keep it."),
        None => setting.help.to_owned(),
    };
    let names: Vec<&str> = kind.fields.iter().map(|field| field.name).chain(["name"]).collect();
    let shown = ProcessorForm {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Processors,
        action: match &known {
            Some((connection, _)) => format!("/admin/settings/processors/{}", connection.id),
            None => "/admin/settings/processors".to_owned(),
        },
        verb: if known.is_some() { "Change" } else { "Connect" },
        webhook: known.as_ref().map(|(_, webhook)| webhook.clone()),
        kind: kind.name,
        processor: kind.title,
        key: again.key(),
        refusal: again.refusal(&names),
        title: again.form.field("name"),
        settings: kind
            .fields
            .iter()
            .map(|setting| SettingField {
                name: setting.name,
                label: setting.label,
                help: help(setting),
                secret: setting.secret,
                required: setting.required && !hints.contains_key(setting.name),
                field: again.form.field(setting.name),
                choices: words(setting.takes, again.form.value(setting.name)),
            })
            .collect(),
    };
    page(again.status, &shown)
}

/// The words of a setting that takes no others; the first is what is meant when none was chosen.
fn words(takes: Takes, chosen: &str) -> Vec<Choice> {
    let Takes::OneOf(known) = takes else { return Vec::new() };
    let first = known.first().map_or("", |(word, _)| *word);
    let chosen = if chosen.is_empty() { first } else { chosen };
    known.iter().map(|(word, text)| Choice::new(*word, *text, *word == chosen)).collect()
}

fn read(typed: &mut Form, kind: &ProcessorKind) -> Option<NewConnection> {
    let name = typed.optional_text("name", NAME);
    let mut settings = serde_json::Map::new();
    for field in kind.fields {
        let value = typed.value(field.name).trim().to_owned();
        if !value.is_empty() {
            settings.insert(field.name.to_owned(), serde_json::Value::String(value));
        }
    }
    let settings = serde_json::Value::Object(settings);
    typed.errors().is_empty().then(|| NewConnection { kind: kind.name.to_owned(), name, settings })
}

/// `POST /admin/settings/processors`
pub async fn connect(State(app): State<Arc<App>>, Owner(staff): Owner, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let kind = registry::find(typed.value("kind")).ok_or_else(Problem::not_found)?;
    let saved = match read(&mut typed, kind) {
        Some(new) => connect_processor(&app.services, &call, new).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done("/admin/settings/processors", "connected")),
        Err(error) => Ok(form(&Desk::open(&app, staff).await?, kind, None, &Again::of(typed, error.map(at_our_fields))?)),
    }
}

/// One connection of this business and its kind.
async fn known(app: &App, staff: &crate::auth::Staff, id: ConnectionId) -> Result<(Connection, &'static ProcessorKind), Problem> {
    let connection = connection::connection(&app.services.db, staff.business, id).await?;
    let kind = registry::find(&connection.kind).ok_or_else(Problem::not_found)?;
    Ok((connection, kind))
}

fn webhook(app: &App, connection: &Connection) -> String {
    app.public_url.link(&format!("/hooks/{}", connection.id))
}

/// `GET /admin/settings/processors/{id}`
pub async fn edit(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<ConnectionId>) -> Result<Response, Problem> {
    let (connection, kind) = known(&app, &desk.staff, id).await?;
    let plain = connection.shown_settings().into_iter();
    let mut fields: Vec<(String, String)> = plain.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
    fields.push(("name".to_owned(), connection.name.clone()));
    let filled = again::filled(fields.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let hook = webhook(&app, &connection);
    Ok(form(&desk, kind, Some((&connection, hook)), &Again::fresh(filled)))
}

/// `POST /admin/settings/processors/{id}`: an empty secret stays as it is, any other empty setting is taken away.
pub async fn change(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Owner, ConnectionId>,
) -> Result<Response, Problem> {
    let (connection, kind) = known(&app, &staff, id).await?;
    let changed = read(&mut typed, kind).map(|new| {
        let mut settings = new.settings.as_object().cloned().unwrap_or_default();
        for field in kind.fields.iter().filter(|field| !field.secret) {
            settings.entry(field.name).or_insert(serde_json::Value::Null);
        }
        ChangedConnection { name: new.name, settings }
    });
    let saved = match changed {
        Some(changed) => change_connection(&app.services, &call, connection.id, changed).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done("/admin/settings/processors", "saved")),
        Err(error) => {
            let again = Again::of(typed, error.map(at_our_fields))?;
            let hook = webhook(&app, &connection);
            Ok(form(&Desk::open(&app, staff).await?, kind, Some((&connection, hook)), &again))
        }
    }
}

fn at_our_fields(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for one in &mut errors {
        let own = one.field.rsplit('.').next().unwrap_or_default().to_owned();
        one.field = own;
    }
    Error::Invalid(errors)
}

/// `POST /admin/settings/processors/{id}/test`
pub async fn test(State(app): State<Arc<App>>, Owner(staff): Owner, Id(id): Id<ConnectionId>) -> Result<Response, Problem> {
    let tried = test_processor(&app.services, &staff.call(None), id).await?;
    let desk = Desk::open(&app, staff).await?;
    let (tone, title) = if tried.works { (Tone::Ok, "It works.") } else { (Tone::Bad, "It does not work.") };
    let notice = Notice { tone, title: title.to_owned(), text: tried.said, link: None };
    // What answers a POST follows nothing: its address cannot be read again.
    list_page(&app, &desk, Shell { notice: Some(notice), ..desk.shell(Section::Settings) }).await
}

/// `POST /admin/settings/processors/{id}/disable`
pub async fn disable(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Owner, ConnectionId>,
) -> Result<Response, Problem> {
    set_connection_state(&app.services, &call, id, false).await?;
    Ok(done("/admin/settings/processors", "saved"))
}

/// `POST /admin/settings/processors/{id}/enable`
pub async fn enable(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Owner, ConnectionId>,
) -> Result<Response, Problem> {
    set_connection_state(&app.services, &call, id, true).await?;
    Ok(done("/admin/settings/processors", "saved"))
}

/// `GET /admin/sandbox/{id}`: Sandbox's own truth, as a processor's dashboard shows it.
pub async fn record(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<ConnectionId>) -> Result<Response, Problem> {
    let (id, of) = (id, desk.staff.business);
    let known = connection::connection(&app.services.db, of, id).await?;
    let cursor = Some(desk.asked.value("cursor")).filter(|cursor| !cursor.is_empty());
    let found = use_sandbox_desk::charges(&app.services, of, id, cursor, PAGE).await?;
    let mut charges = Vec::with_capacity(found.charges.len());
    for charge in &found.charges {
        let ours = payment::of_remote(&app.services.db, of, id, charge.id.clone()).await?;
        charges.push(charge_row(&desk, charge, ours.map(|ours| (ours.id.to_string(), ours.number))));
    }
    let mailed = use_sandbox_desk::mailed(&app.services, of, id).await?;
    let base = format!("/admin/sandbox/{id}");
    let shown = SandboxRecord {
        shell: desk.live(Section::Settings),
        id: id.to_string(),
        name: known.name,
        key: new_key(),
        charges,
        mailed: mailed.into_iter().map(|one| mailed_row(&desk, one)).collect(),
        faults: FAULTS
            .iter()
            .map(|(word, text, hint)| Choice { hint: (*hint).to_owned(), ..Choice::new(*word, *text, false) })
            .collect(),
        pager: Pager {
            first: cursor.map(|_| base.clone()),
            next: found.next_cursor.map(|next| super::customers::query(&base, &[("cursor", &next)])),
            summary: String::new(),
        },
    };
    Ok(page(StatusCode::OK, &shown))
}

fn mailed_row(desk: &Desk, one: Mailed) -> SandboxMailed {
    let state = serde_json::to_value(one.state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    SandboxMailed {
        number: Link::new(one.url, one.number),
        to: one.to,
        due: one.due_on.map(Day::of),
        amount: desk.amount(one.amount.minor, one.amount.currency),
        status: Chip::of_state(&state),
    }
}

fn charge_row(desk: &Desk, charge: &BankCharge, ours: Option<(String, String)>) -> SandboxCharge {
    let state = serde_json::to_value(charge.state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    let is_debit = charge.method == MethodKind::BankDebit;
    SandboxCharge {
        id: charge.id.clone(),
        at: desk.moment(charge.created_at),
        amount: desk.amount(charge.amount, charge.currency),
        refunded: desk.amount(charge.refunded, charge.currency),
        status: Chip::of_state(if charge.disputed { "disputed" } else { &state }),
        card: format!("{} ending {}", if is_debit { "bank debit" } else { "card" }, charge.last4),
        payment: ours.map(|(id, number)| Link::new(format!("/admin/payments/{id}"), number)),
        can_dispute: charge.has_money_left(),
        can_return: charge.can_come_back(),
        can_refund: charge.has_money_left(),
    }
}

async fn act(app: &App, staff: &crate::auth::Staff, id: &str, charge: &str, act: DeskAct) -> Result<Response, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    use_sandbox_desk::act(&app.services, &staff.call(None), id, charge, act).await?;
    Ok(done(&format!("/admin/sandbox/{id}"), "sandbox"))
}

/// `POST /admin/sandbox/{id}/charges/{charge}/dispute`
pub async fn dispute(
    State(app): State<Arc<App>>,
    Path((id, charge)): Path<(String, String)>,
    Owner(staff): Owner,
) -> Result<Response, Problem> {
    act(&app, &staff, &id, &charge, DeskAct::Dispute).await
}

/// `POST /admin/sandbox/{id}/charges/{charge}/return`
pub async fn give_back(
    State(app): State<Arc<App>>,
    Path((id, charge)): Path<(String, String)>,
    Owner(staff): Owner,
) -> Result<Response, Problem> {
    act(&app, &staff, &id, &charge, DeskAct::Return).await
}

/// `POST /admin/sandbox/{id}/charges/{charge}/refund`
pub async fn refund(
    State(app): State<Arc<App>>,
    Path((id, charge)): Path<(String, String)>,
    Owner(staff): Owner,
) -> Result<Response, Problem> {
    act(&app, &staff, &id, &charge, DeskAct::Refund { amount: None }).await
}

/// `POST /admin/sandbox/{id}/faults` (next repeated)
pub async fn faults(
    State(app): State<Arc<App>>,
    Owner(staff): Owner,
    Id(id): Id<ConnectionId>,
    typed: Form,
) -> Result<Response, Problem> {
    let words: Vec<serde_json::Value> = typed.all("next").map(|word| serde_json::Value::String(word.to_owned())).collect();
    let next: Result<Vec<Fault>, _> = words.into_iter().map(serde_json::from_value).collect();
    let next = next.map_err(|_| Problem::malformed("There is no such fault.", Vec::new()))?;
    use_sandbox_desk::queue_faults(&app.services, &staff.call(None), id, &next).await?;
    Ok(done(&format!("/admin/sandbox/{id}"), "saved"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_page_is_known() {
        for (word, ..) in FAULTS {
            assert!(serde_json::from_value::<Fault>(serde_json::json!(word)).is_ok(), "{word}");
        }
    }
}
