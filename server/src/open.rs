//! Opens an installation: the data folder, the key file, the database, where mail goes.
//!
//! Invariants: a mistake is one plain sentence; on SQLite only one process writes. While there is no business, `serve` offers
//! a one-time link to create the first one. Left out: what is done with it.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;

use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::error::Error;
use engine::flows::create_business;
use engine::jobs::send_mail::Postman;
use engine::keys::Keys;
use engine::services::Services;
use engine::smtp::MailServer;
use engine::store::business::{self, Business};

use crate::app::App;
use crate::config::Config;
use crate::run::Failure;

/// Makes the data folder, for its owner alone, unless it is there.
pub fn data_folder(path: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| Failure::Other(format!("cannot create the folder {}: {e}", path.display())))
}

/// Opens everything. With `Mode::ReadWrite` pending migrations are applied first.
pub fn services(config: &Config, mode: Mode) -> Result<Services, Failure> {
    data_folder(&config.data)?;
    let keys = Keys::open(&config.key_file)?;
    let clock = config.test_clock.map_or_else(Clock::system, Clock::test);
    let url = config.database_url.as_ref().map(|url| url.reveal().to_owned());
    let db = Db::open(&DbConfig { data: config.data.clone(), url, mode }, clock)?;
    let public = config.public_url();
    let host = public.origin().split("//").nth(1).unwrap_or("localhost").split(':').next().unwrap_or("localhost").to_owned();
    let postman = match mail_server(config) {
        Some(server) => Some(Postman::new(server?, &format!("owed@{host}"))?),
        None => None,
    };
    let services = Services::new(db, keys, public.origin().to_owned(), postman);
    Ok(services.with_base_urls(config.base_urls.by_kind()))
}

/// Where mails go, if anywhere, and whom it is trusted by beside the public authorities.
pub fn mail_server(config: &Config) -> Option<engine::error::Result<MailServer>> {
    let url = config.smtp_url.as_ref()?;
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|error| Error::Fault(format!("OWED_SMTP_CA: {} cannot be read: {error}", path.display())))
    };
    let authorities = match config.smtp_ca.as_ref().map(read).transpose() {
        Ok(authorities) => authorities,
        Err(error) => return Some(Err(error)),
    };
    Some(MailServer::new(url.reveal(), authorities.as_deref()))
}

/// The business a command is about: the named one, or the only one.
pub async fn business(db: &Db, wanted: Option<&str>) -> Result<Business, Failure> {
    let all = business::list(db).await?;
    let names = || all.iter().map(|business| business.name.clone()).collect::<Vec<_>>().join(", ");
    match (wanted, all.len()) {
        (_, 0) => Err(Failure::Other("there is no business yet; create one with `owed setup`".to_owned())),
        (None, 1) => Ok(all.into_iter().next().ok_or_else(|| Failure::Other("there is no business".to_owned()))?),
        (None, _) => Err(Failure::Other(format!("there are several businesses; choose one with --business: {}", names()))),
        (Some(wanted), _) => all
            .iter()
            .find(|business| business.name == wanted || business.id.to_string() == wanted)
            .cloned()
            .ok_or_else(|| Failure::Other(format!("no business is called {wanted}; there are: {}", names()))),
    }
}

/// While there is no business: makes a fresh one-time link and prints it on stdout.
pub async fn offer_setup(app: &Arc<App>) -> Result<(), Failure> {
    if !business::list(&app.services.db).await?.is_empty() {
        return Ok(());
    }
    let token = create_business::offer(&app.services.db).await?;
    println!("create the first business at {}", app.public_url.link(&format!("/setup/{token}")));
    Ok(())
}
