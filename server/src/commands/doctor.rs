//! `owed doctor`: looks the installation over and says what is wrong and what to do about it.
//!
//! Invariant: it changes nothing and answers also when the server does not start; exit code 1 when anything fails. It takes
//! the settings of `serve`, so that it judges what the server would do. Left out: what is looked at (`engine::doctor`).

use std::path::Path;

use engine::clock::Clock;
use engine::db::Db;
use engine::doctor::{self, Grade, Look};

use crate::config::Config;
use crate::run::Failure;
use crate::{commands, desk, open};

/// How wide the names of what was looked at stand.
const WIDTH: usize = 18;

/// Looks at everything, and prints it.
pub async fn doctor(config: &Config) -> Result<(), Failure> {
    let looks = examine(config).await;
    commands::say(&as_text(&looks))?;
    if looks.iter().any(|look| look.grade == Grade::Fail) { Err(Failure::Said) } else { Ok(()) }
}

/// Everything that was looked at, in the order in which things are set up.
pub async fn examine(config: &Config) -> Vec<Look> {
    let clock = config.test_clock.map_or_else(Clock::system, Clock::test);
    let mut looks =
        vec![doctor::data_folder(&config.data), doctor::disk(nearest(&config.data)), doctor::computer_clock(clock.now())];
    let opened = commands::beside(config);
    looks.push(doctor::key_file(&config.key_file, opened.is_ok()));
    match opened {
        Ok(db) => {
            looks.extend(database(&db, &clock).await);
            db.shutdown();
        }
        Err(failure) => looks.push(unopened(config, &failure)),
    }
    if config.database_url.is_none() {
        let said =
            if desk::somebody_serves(&config.data).await { "running on this folder" } else { "not running on this folder" };
        looks.push(Look::ok("server", said));
    }
    looks.push(doctor::public_url(config.public_url().origin(), config.configured_url.is_some()));
    looks.push(doctor::mail_server(open::mail_server(config)).await);
    looks
}

async fn database(db: &Db, clock: &Clock) -> Vec<Look> {
    let mut looks = match doctor::database(db, clock.now()).await {
        Ok(looks) => looks,
        Err(error) => vec![Look::fail("database", error.to_string(), "check that it answers, then ask again")],
    };
    match doctor::statements(db) {
        Ok(look) => looks.push(look),
        Err(error) => looks.push(Look::fail("statements", error.to_string(), "check that the database answers, then ask again")),
    }
    looks
}

/// There is none yet, or it does not open.
fn unopened(config: &Config, failure: &Failure) -> Look {
    let fresh = config.database_url.is_none() && !config.data.join("owed.sqlite").exists();
    if fresh {
        return Look::warn("database", failure.to_string(), "`owed serve` or `owed setup` creates it");
    }
    Look::fail(
        "database",
        failure.to_string(),
        "check the database URL and that it answers; an older schema needs `owed migrate`",
    )
}

/// The folder itself, or the nearest one above it that there is.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."))
}

fn as_text(looks: &[Look]) -> String {
    let line = |look: &Look| {
        let first = format!("{:<5} {:<WIDTH$} {}", look.grade.as_str(), look.what, look.said);
        look.hint.as_ref().map_or_else(|| first.clone(), |hint| format!("{first}\n{:<5} {:<WIDTH$} → {hint}", "", ""))
    };
    looks.iter().map(line).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_stand_below_what_they_are_about() {
        let looks = [Look::ok("schema", "version 1"), Look::fail("key file", "missing", "put it back")];
        let text = as_text(&looks);
        assert_eq!(
            text,
            "OK    schema             version 1\nFAIL  key file           missing\n                         → put it back"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        assert_eq!(nearest(Path::new("/tmp/there/is/no/such/folder")), Path::new("/tmp"));
        assert_eq!(nearest(Path::new("owed-data-that-is-not-there")), Path::new("."));
    }
}
