//! `owed key` and `owed user`: what an operator does about keys and people.
//!
//! Invariants: each is one act of the engine, carried out in one place, whether this process has the database to itself or a
//! running server does it for us (`desk.rs`); a key's text is shown once, on stdout, alone. Left out: second factors.

use books::calendar::Day;
use books::ids::{ApiKeyId, UserId};
use engine::db::{Db, Mode};
use engine::flows::call::Call;
use engine::flows::issue_key::{NewKey, issue_key, revoke_key};
use engine::flows::manage_users::{NewUser, add_user, disable_user, set_role};
use engine::store::api_key::{self, ApiKey};
use engine::store::user;
use serde::{Deserialize, Serialize};

use crate::cli::{KeyCommand, Scope, UserCommand};
use crate::config::Config;
use crate::run::Failure;
use crate::{commands, desk, open};

/// Something to be done in one business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Its name or id; none: the only one.
    pub business: Option<String>,
    pub what: What,
}

/// What is to be done. Roles and scopes are the words that are published.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    CreateKey { name: String, scopes: Vec<String>, expires_on: Option<Day> },
    ListKeys,
    RevokeKey { id: ApiKeyId },
    AddUser { email: String, name: String, role: String, password: String },
    GiveRole { email: String, role: String },
    DisableUser { email: String },
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// For stdout.
    pub answer: Option<String>,
    /// For stderr.
    pub note: Option<String>,
}

impl std::fmt::Debug for What {
    /// By its name alone: a password stands inside.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            What::CreateKey { .. } => "create_key",
            What::ListKeys => "list_keys",
            What::RevokeKey { .. } => "revoke_key",
            What::AddUser { .. } => "add_user",
            What::GiveRole { .. } => "give_role",
            What::DisableUser { .. } => "disable_user",
        })
    }
}

/// `owed key …`
pub async fn key(config: &Config, command: KeyCommand) -> Result<(), Failure> {
    let what = match command {
        KeyCommand::Create(args) => {
            let scopes = args.scopes.unwrap_or_else(|| Scope::ALL.to_vec());
            let scopes = scopes.into_iter().map(|scope| scope.word().to_owned()).collect();
            What::CreateKey { name: args.name, scopes, expires_on: args.expires }
        }
        KeyCommand::List => What::ListKeys,
        KeyCommand::Revoke { id } => What::RevokeKey { id },
    };
    run(config, what).await
}

/// `owed user …`
pub async fn user(config: &Config, command: UserCommand) -> Result<(), Failure> {
    let what = match command {
        UserCommand::Add { email, role, name } => {
            let name = name.unwrap_or_else(|| name_of(&email));
            What::AddUser { email, name, role: role.word().to_owned(), password: commands::password()? }
        }
        UserCommand::Role { email, role } => What::GiveRole { email, role: role.word().to_owned() },
        UserCommand::Disable { email } => What::DisableUser { email },
    };
    run(config, what).await
}

/// What a person is called until they say so: what stands before the `@`.
pub(crate) fn name_of(email: &str) -> String {
    email.split('@').next().filter(|name| !name.is_empty()).unwrap_or("somebody").to_owned()
}

/// Gives the errand to the server that runs on this data folder, or does it here.
async fn run(config: &Config, what: What) -> Result<(), Failure> {
    let errand = Errand { business: config.business.clone(), what };
    let beside = if config.database_url.is_none() { desk::ask(&config.data, &errand).await } else { None };
    let reply = match beside {
        Some(reply) => reply?,
        None => {
            let db = commands::database(config, Mode::ReadWrite)?;
            engine::store::event::take_up(&db).await?;
            let reply = carry_out(&db, errand).await;
            db.shutdown();
            reply?
        }
    };
    if let Some(note) = reply.note {
        eprintln!("{note}");
    }
    reply.answer.map_or(Ok(()), |answer| commands::say(&answer))
}

/// Does it.
pub async fn carry_out(db: &Db, errand: Errand) -> Result<Reply, Failure> {
    let business = open::business(db, errand.business.as_deref()).await?;
    let call = Call::system(business.id, "command line");
    let noted = |note: String| Reply { answer: None, note: Some(note) };
    match errand.what {
        What::CreateKey { name, scopes, expires_on } => {
            let (id, secret) = issue_key(db, &call, NewKey { name, scopes, expires_on }).await?;
            Ok(Reply { answer: Some(secret), note: Some(format!("{id} of {}; it is shown only this once", business.name)) })
        }
        What::ListKeys => {
            let keys = api_key::list(db, business.id).await?;
            let today = business.today(db.clock().now());
            Ok(Reply { answer: Some(table(&keys, today)), note: None })
        }
        What::RevokeKey { id } => {
            revoke_key(db, &call, id).await.map_err(|error| known(error, &id.to_string()))?;
            Ok(noted(format!("{id} no longer works")))
        }
        What::AddUser { email, name, role, password } => {
            let role = role_of(&role)?;
            let id = add_user(db, &call, NewUser { email: email.clone(), name, role, password }).await?;
            Ok(noted(format!("{id}: {email} may sign in to {} as {}", business.name, role.as_str())))
        }
        What::GiveRole { email, role } => {
            let role = role_of(&role)?;
            set_role(db, &call, with_email(db, &business, &email).await?, role).await?;
            Ok(noted(format!("{email} is {} of {} now", role.as_str(), business.name)))
        }
        What::DisableUser { email } => {
            disable_user(db, &call, with_email(db, &business, &email).await?).await?;
            Ok(noted(format!("{email} can no longer sign in to {}; every session has ended", business.name)))
        }
    }
}

fn role_of(word: &str) -> Result<user::Role, Failure> {
    word.parse().map_err(|()| Failure::Other(format!("no role is called {word}")))
}

/// What is not there is named.
fn known(error: engine::error::Error, what: &str) -> Failure {
    match error {
        engine::error::Error::NotFound => Failure::Other(format!("there is no {what} in this business")),
        other => other.into(),
    }
}

async fn with_email(db: &Db, business: &engine::store::business::Business, email: &str) -> Result<UserId, Failure> {
    let users = user::list(db, business.id).await?;
    let found = users.iter().find(|user| user.email == email.trim().to_lowercase());
    found.map(|user| user.id).ok_or_else(|| Failure::Other(format!("nobody signs in to {} as {email}", business.name)))
}

/// The keys, one a line, in columns.
fn table(keys: &[ApiKey], today: Day) -> String {
    let state = |key: &ApiKey| match (key.revoked_at, key.expires_on) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(last)) if last < today => format!("expired {last}"),
        (None, Some(last)) => format!("until {last}"),
        (None, None) => "live".to_owned(),
    };
    let rows = keys.iter().map(|key| [key.id.to_string(), state(key), key.scopes.clone(), key.name.clone()]);
    let head = ["ID", "STATE", "SCOPES", "NAME"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |[id, state, scopes, name]: &[String; 4]| {
        format!("{id:<w0$}  {state:<w1$}  {scopes:<w2$}  {name}", w0 = widths[0], w1 = widths[1], w2 = widths[2])
    };
    rows.iter().map(line).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errand_survives_the_way_and_hides_its_password() {
        let what = What::AddUser {
            email: "c@acme.example".to_owned(),
            name: "c".to_owned(),
            role: "clerk".to_owned(),
            password: "correct horse battery".to_owned(),
        };
        let errand = Errand { business: Some("Acme".to_owned()), what };
        let text = serde_json::to_string(&errand).expect("JSON");
        assert_eq!(serde_json::from_str::<Errand>(&text).expect("an errand"), errand);
        assert!(!format!("{errand:?}").contains("horse"), "{errand:?}");
    }

    #[test]
    fn people_without_a_name_are_called_by_their_address() {
        assert_eq!([name_of("clerk@acme.example"), name_of("@acme.example")], ["clerk", "somebody"]);
    }
}
