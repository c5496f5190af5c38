//! `owed demo`: a believable business of sixty customers over two years, with Sandbox, and the main job ready to be done.
//!
//! Invariants: everything is done by the same flows as in real life, only under a clock that is moved by hand; all names are
//! plainly made up and all addresses end in `.example`. Afterwards the real clock runs. Left out: anything a page would have
//! to pretend.

use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::keys::Keys;
use engine::services::Services;

use crate::config::Config;
use crate::open;
use crate::papers::Papers;
use crate::run::{Failure, bind, serve};

mod deeds;
mod names;
mod plan;

/// Who signs in to the demo, and with what.
pub const EMAIL: &str = "owner@harbor-and-oak.example";
pub const PASSWORD: &str = "demo-demo-demo";

/// Fills a fresh folder (or the given one, if it holds no business yet) and serves it.
pub async fn demo(mut config: Config, given: bool, papers: Papers) -> Result<(), Failure> {
    if !given {
        config.data = std::env::temp_dir().join(format!("owed-demo-{}", std::process::id()));
        config.key_file = config.data.join("key");
    }
    // First, because the mails of the past lead to where the demo listens.
    let listener = bind(&mut config).await?;
    let begun = std::time::Instant::now();
    open::data_folder(&config.data)?;
    let filled = fill(&config).await?;
    if filled {
        tracing::info!(took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), "the demo business is ready");
    }
    eprintln!("Sign in as {EMAIL} with the password {PASSWORD} at /admin. Everything is in {}.", config.data.display());
    serve(listener, config, papers).await
}

/// Does two years of business, unless there is one already. Answers whether it did.
async fn fill(config: &Config) -> Result<bool, Failure> {
    let now = Clock::system().now();
    let clock = Clock::test(now.plus_seconds(-plan::WEEKS * plan::WEEK_SECONDS));
    let url = config.database_url.as_ref().map(|url| url.reveal().to_owned());
    let db = Db::open(&DbConfig { data: config.data.clone(), url, mode: Mode::ReadWrite }, clock)?;
    let keys = Keys::open(&config.key_file)?;
    let services =
        Services::new(db, keys, config.public_url().origin().to_owned(), None).with_base_urls(config.base_urls.by_kind());
    let filled = engine::store::business::list(&services.db).await?.is_empty();
    if filled {
        deeds::live_through(&services, now).await?;
    }
    services.db.shutdown();
    Ok(filled)
}
