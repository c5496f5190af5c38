//! Looks at an installation and says what is wrong with it, and what to do (`owed doctor`).
//!
//! Invariant: it changes nothing, so it can be asked at any time, beside a running server or in place of one that does not
//! start. *Fail* is what loses money, secrets or data, or keeps the server from working; *warn* is what a person should
//! know. Left out: whether the books agree, which [`crate::verify`] tells.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use books::calendar::Instant;
use books::ids::PaymentId;
use serde::Serialize;

use crate::db::{Db, row, sql};
use crate::error::Result;
use crate::keys::Keys;
use crate::smtp::MailServer;
use crate::store::installation::{self, TEST_CLOCK};

/// Less room than this on the disk, in bytes, keeps the server from working for long.
const LEAST_ROOM: u64 = 100 << 20;
const LITTLE_ROOM: u64 = 2 << 30;
/// Clocks of two computers may differ by so much, in seconds.
const CLOCK_SLACK: i64 = 60;
/// Work that has waited longer than this, in seconds, is not being done.
const LATE: i64 = 600;
/// An outcome that is unknown for so long needs a person.
const LONG_UNKNOWN: i64 = 86_400;
const MAIL_TIMEOUT: Duration = Duration::from_secs(10);
/// 2026-01-01: no computer's clock stood right and showed an earlier time.
const NO_EARLIER: Instant = Instant(1_767_225_600_000_000);

/// How good or bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Grade {
    Ok,
    Warn,
    Fail,
}

impl Grade {
    pub fn as_str(self) -> &'static str {
        match self {
            Grade::Ok => "OK",
            Grade::Warn => "WARN",
            Grade::Fail => "FAIL",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    pub what: &'static str,
    pub grade: Grade,
    pub said: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Look {
    pub fn ok(what: &'static str, said: impl Into<String>) -> Look {
        Look { what, grade: Grade::Ok, said: said.into(), hint: None }
    }

    pub fn warn(what: &'static str, said: impl Into<String>, hint: impl Into<String>) -> Look {
        Look { what, grade: Grade::Warn, said: said.into(), hint: Some(hint.into()) }
    }

    pub fn fail(what: &'static str, said: impl Into<String>, hint: impl Into<String>) -> Look {
        Look { what, grade: Grade::Fail, said: said.into(), hint: Some(hint.into()) }
    }
}

fn mode(of: &Metadata) -> u32 {
    of.permissions().mode() & 0o777
}

/// The data folder is there, is ours to write, and is nobody else's to read.
pub fn data_folder(path: &Path) -> Look {
    const WHAT: &str = "data folder";
    let shown = path.display();
    let found = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => found,
        Ok(_) => return Look::fail(WHAT, format!("{shown} is not a folder"), "name another with --data"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Look::warn(WHAT, format!("{shown} does not exist yet"), "`owed serve` or `owed setup` creates it");
        }
        Err(error) => return Look::fail(WHAT, format!("{shown}: {error}"), "check the path and its permissions"),
    };
    if rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_err() {
        return Look::fail(WHAT, format!("{shown} cannot be written"), "run as the user who owns it, or change its owner");
    }
    match mode(&found) {
        open if open & 0o022 != 0 => {
            Look::fail(WHAT, format!("other users can write to {shown} ({open:03o})"), format!("chmod 700 {shown}"))
        }
        open if open & 0o055 != 0 => {
            Look::warn(WHAT, format!("other users can look into {shown} ({open:03o})"), format!("chmod 700 {shown}"))
        }
        _ => Look::ok(WHAT, format!("{shown} is ours alone")),
    }
}

/// The key file is there beside the database, holds a key, and is nobody else's to read.
pub fn key_file(path: &Path, data_exists: bool) -> Look {
    const WHAT: &str = "key file";
    let shown = path.display();
    let found = match std::fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !data_exists => {
            return Look::warn(WHAT, format!("{shown} does not exist yet"), "it is made with the database");
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let hint = "put back the one that belongs to this database: without it every payer's link stops working";
            return Look::fail(WHAT, format!("{shown} is missing"), hint);
        }
        Err(error) => return Look::fail(WHAT, format!("{shown}: {error}"), "check the path and its permissions"),
    };
    // It is there, so that this makes none.
    if let Err(error) = Keys::open(path) {
        return Look::fail(WHAT, error.to_string(), "put back the one that belongs to this database");
    }
    match mode(&found) {
        open if open & 0o022 != 0 => {
            Look::fail(WHAT, format!("other users can change {shown} ({open:03o})"), format!("chmod 600 {shown}"))
        }
        open if open & 0o055 != 0 => {
            Look::warn(WHAT, format!("other users can read {shown} ({open:03o})"), format!("chmod 600 {shown}"))
        }
        _ => Look::ok(WHAT, format!("{shown} is ours alone")),
    }
}

/// There is room on the disk that holds the data folder.
pub fn disk(path: &Path) -> Look {
    const WHAT: &str = "disk space";
    let free = match rustix::fs::statvfs(path) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => return Look::warn(WHAT, format!("{}: {error}", path.display()), "check the path"),
    };
    let said = format!("{} MB free", free >> 20);
    match free {
        ..LEAST_ROOM => Look::fail(WHAT, said, "make room: without it nothing can be recorded"),
        LEAST_ROOM..LITTLE_ROOM => Look::warn(WHAT, said, "make room before it runs out"),
        _ => Look::ok(WHAT, said),
    }
}

/// This computer's clock shows a time that can be.
pub fn computer_clock(now: Instant) -> Look {
    const WHAT: &str = "clock";
    if now < NO_EARLIER {
        return Look::fail(
            WHAT,
            format!("it shows {}", now.to_rfc3339()),
            "set this computer's clock; links and sessions depend on it",
        );
    }
    Look::ok(WHAT, now.to_rfc3339())
}

/// The address that links in mails begin with.
pub fn public_url(origin: &str, configured: bool) -> Look {
    const WHAT: &str = "public address";
    let host = origin.split("//").nth(1).unwrap_or_default();
    let local = host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
    match (configured, origin.starts_with("https://"), local) {
        (_, true, _) => Look::ok(WHAT, origin),
        (true, false, false) => {
            Look::warn(WHAT, format!("{origin} is not encrypted"), "put a proxy with TLS in front and give its https address")
        }
        _ => Look::warn(
            WHAT,
            format!("{origin}: links in mails work on this computer only"),
            "give the address that payers can reach with --public-url or OWED_PUBLIC_URL",
        ),
    }
}

/// The mail server answers and takes our name and password; nothing is sent.
pub async fn mail_server(server: Option<Result<MailServer>>) -> Look {
    const WHAT: &str = "mail server";
    let Some(server) = server else {
        return Look::warn(WHAT, "none: mails are kept in the outbox and not sent", "give one with --smtp-url or OWED_SMTP_URL");
    };
    let server = match server {
        Ok(server) => server,
        Err(error) => return Look::fail(WHAT, error.to_string(), "write smtps://user:password@host:465 or smtp://host:587"),
    };
    let hint = "check host, port, name and password; mails wait in the outbox until it answers";
    match tokio::time::timeout(MAIL_TIMEOUT, server.greet()).await {
        Ok(Ok(())) => Look::ok(WHAT, "it answers and takes our mails"),
        Ok(Err(why)) => Look::fail(WHAT, why, hint),
        Err(_) => Look::fail(WHAT, format!("no answer within {} seconds", MAIL_TIMEOUT.as_secs()), hint),
    }
}

row! {
    /// How the database is set, and whether that keeps what it confirms.
    struct Settings {
        said: String,
        good: bool,
    }
}

row! {
    /// What the database says of its own files.
    struct Health {
        said: String,
    }
}

row! {
    /// The clocks that this computer's is held against.
    struct Clocks {
        /// Of the database server; 0 where there is none.
        server: i64,
        /// When the latest act was recorded.
        latest: Option<Instant>,
    }
}

row! {
    /// How many there are, and since when.
    struct Backlog {
        count: i64,
        oldest: Option<Instant>,
    }
}

row! {
    /// A payment whose outcome is not known.
    struct Unknown {
        id: PaymentId,
        since: Instant,
    }
}

sql!(
    SETTINGS,
    "
    select {sqlite:(select 'SQLite, journal mode ' || journal_mode from pragma_journal_mode)}
        {postgres:'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync')
            || ', full_page_writes ' || current_setting('full_page_writes')} as said,
        {sqlite:(select journal_mode = 'wal' from pragma_journal_mode)}
        {postgres:current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'} as good"
);
sql!(HEALTH, "select {sqlite:(select quick_check from pragma_quick_check limit 1)}{postgres:'ok'} as said");
sql!(VERSION, "select max(version) as count, max(applied_at) as oldest from schema_version");
sql!(
    CLOCKS,
    "
    select {sqlite:0}{postgres:cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)} as server,
        (select max(created_at) from event) as latest"
);
sql!(DEAD, "select count(*) as count, min(created_at) as oldest from job where state = 'dead'");
sql!(LATE_JOBS, "select count(*) as count, min(run_at) as oldest from job where state = 'waiting' and run_at < $1");
sql!(FAILED_MAILS, "select count(*) as count, min(created_at) as oldest from mail where state in ('failed', 'bounced')");
sql!(
    UNKNOWN,
    "
    select p.id, a.created_at as since from attempt a join payment p on p.business_id = a.business_id and p.id = a.payment_id
    where a.state in ('sending', 'unknown') and p.state in ('created', 'authorized', 'pending', 'unknown')
    order by a.created_at, a.id limit 1"
);

/// Everything that the open database can say about itself and about the work that waits in it.
pub async fn database(db: &Db, now: Instant) -> Result<Vec<Look>> {
    let late = now.plus_seconds(-LATE);
    let test_clock = installation::get(db, TEST_CLOCK).await?.is_some_and(|value| !value.is_empty());
    let (settings, health, version, clocks, dead, waiting, mails, unknown) = db
        .read(async move |reader| {
            let settings: Settings = reader.query_one(&SETTINGS, &[]).await?;
            let health: Health = reader.query_one(&HEALTH, &[]).await?;
            let version: Backlog = reader.query_one(&VERSION, &[]).await?;
            let clocks: Clocks = reader.query_one(&CLOCKS, &[]).await?;
            let dead: Backlog = reader.query_one(&DEAD, &[]).await?;
            let waiting: Backlog = reader.query_one(&LATE_JOBS, &[&late]).await?;
            let mails: Backlog = reader.query_one(&FAILED_MAILS, &[]).await?;
            let unknown: Option<Unknown> = reader.query_opt(&UNKNOWN, &[]).await?;
            Ok((settings, health, version, clocks, dead, waiting, mails, unknown))
        })
        .await?;
    let mut looks = vec![
        safe_settings(settings),
        files(health),
        Look::ok("schema", format!("version {}", version.count)),
        recorded_clock(&clocks, now, test_clock),
    ];
    let heap = |what, some: &Backlog, kind: &str, hint: &str| match some.oldest {
        Some(oldest) if some.count > 0 => {
            Look::warn(what, format!("{} {kind}, the oldest {} old", some.count, age(now, oldest)), hint)
        }
        _ => Look::ok(what, "none"),
    };
    looks.push(heap(
        "failed work",
        &dead,
        "jobs failed for good",
        "see Background work in the pages of staff, and start them again",
    ));
    looks.push(heap("late work", &waiting, "jobs wait", "is the server running? it does them"));
    looks.push(heap(
        "failed mails",
        &mails,
        "mails could not be delivered",
        "see the outbox: correct the address and send again",
    ));
    looks.push(unknown_outcome(unknown, now));
    Ok(looks)
}

fn safe_settings(found: Settings) -> Look {
    if found.good {
        Look::ok("database", found.said)
    } else {
        Look::fail("database", found.said, "as it is set it may lose what it has confirmed; set it back to its defaults")
    }
}

fn files(found: Health) -> Look {
    if found.said == "ok" {
        Look::ok("database files", "sound")
    } else {
        Look::fail("database files", found.said, "stop the server, keep a copy of the data folder, and restore a backup")
    }
}

/// The clock of this computer against the database server's and the latest act.
fn recorded_clock(found: &Clocks, now: Instant, test_clock: bool) -> Look {
    const WHAT: &str = "clock of records";
    if test_clock {
        return Look::warn(WHAT, "a test clock was used here", "do not take real payments in this installation");
    }
    let ahead = |at: Instant| (at.0 - now.0) / 1_000_000;
    match found.latest.map(ahead) {
        Some(seconds) if seconds > CLOCK_SLACK => {
            let said = format!("this computer's clock is {seconds} seconds behind the latest record");
            return Look::fail(WHAT, said, "set the clock; records must not be dated before those they follow");
        }
        _ => {}
    }
    let off = if found.server == 0 { 0 } else { ahead(Instant(found.server)).abs() };
    if off > CLOCK_SLACK {
        return Look::warn(WHAT, format!("the database server's clock is {off} seconds off"), "set both clocks by the network");
    }
    Look::ok(WHAT, "no record is from the future")
}

fn unknown_outcome(found: Option<Unknown>, now: Instant) -> Look {
    const WHAT: &str = "unknown outcomes";
    match found {
        None => Look::ok(WHAT, "none"),
        Some(Unknown { id, since }) if now.0 - since.0 > LONG_UNKNOWN * 1_000_000 => Look::warn(
            WHAT,
            format!("{id} is unknown since {}", age(now, since)),
            "look it up at the processor; it is asked for daily until there is evidence",
        ),
        Some(Unknown { id, since }) => Look::ok(WHAT, format!("{id} since {}; it is being asked for", age(now, since))),
    }
}

/// A stretch of time in its largest unit.
fn age(now: Instant, since: Instant) -> String {
    let seconds = ((now.0 - since.0) / 1_000_000).max(0);
    let (count, unit) = match seconds {
        ..120 => (seconds, "seconds"),
        120..7_200 => (seconds / 60, "minutes"),
        7_200..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}

/// Whether every statement of this program can be run on this database: it names the first that cannot.
pub fn statements(db: &Db) -> Result<Look> {
    let prepared = db.prepare_everything()?;
    let refused = prepared.iter().find_map(|text| text.meaning.as_ref().err().map(|why| format!("{}: {why}", text.name)));
    Ok(match refused {
        None => Look::ok("statements", format!("all {} can be run", prepared.len())),
        Some(why) => Look::fail("statements", why, "the database was changed by hand, or by another version of the program"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        let at = |seconds: i64| age(Instant(seconds * 1_000_000), Instant(0));
        assert_eq!([at(5), at(300), at(10_000), at(400_000)], ["5 seconds", "5 minutes", "2 hours", "4 days"]);
    }

    #[test]
    fn addresses_are_graded() {
        let grade = |origin, configured| public_url(origin, configured).grade;
        assert_eq!(grade("https://billing.example", true), Grade::Ok);
        assert_eq!(grade("http://billing.example", true), Grade::Warn);
        assert_eq!(grade("http://127.0.0.1:8080", false), Grade::Warn);
    }

    #[test]
    fn a_clock_before_its_records_is_a_failure() {
        let clocks = |latest: i64, server: i64| Clocks { server: server * 1_000_000, latest: Some(Instant(latest * 1_000_000)) };
        let now = Instant(1_000_000_000_000_000);
        let grade = |latest, server| recorded_clock(&clocks(latest, server), now, false).grade;
        assert_eq!(grade(1_000_000_030, 0), Grade::Ok, "within the slack");
        assert_eq!(grade(1_000_000_100, 0), Grade::Fail);
        assert_eq!(grade(999_999_999, 1_000_000_500), Grade::Warn);
        assert_eq!(computer_clock(Instant(0)).grade, Grade::Fail);
    }
}
