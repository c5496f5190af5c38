//! What every handler can reach: settings, the engine, counters and announcements.
//!
//! Invariant: made once when the process starts and shared; nothing in it is specific to a request. Left out: globals.

use std::sync::Arc;

use engine::services::Services;

use crate::config::{Config, PublicUrl};
use crate::listen::Stop;
use crate::live::Hub;
use crate::metrics::{Metrics, Reading};
use crate::papers::Papers;
use crate::papers::press::PaperPress;
use crate::rate_limit::Limits;

/// The state of the process. Handlers take `State<Arc<App>>`.
pub struct App {
    pub config: Config,
    /// The address people use; links in mails begin with it.
    pub public_url: PublicUrl,
    /// The database, the key file, the processors and the postman.
    pub services: Services,
    /// What draws PDFs.
    pub press: Arc<PaperPress>,
    pub hub: Arc<Hub>,
    pub limits: Limits,
    pub metrics: Metrics,
    pub stop: Stop,
}

impl App {
    /// `config.listen` is the address that is really listened on.
    pub fn new(config: Config, mut services: Services, papers: Papers, stop: Stop) -> Arc<App> {
        let hub = Arc::new(Hub::new());
        let metrics = Metrics::new();
        let listened = Arc::clone(&hub);
        metrics.add_source(move || {
            let value = i64::try_from(listened.open()).unwrap_or(i64::MAX);
            vec![Reading { name: "owed_live_streams", help: "Open pages that are told of changes", value }]
        });
        let db = services.db.clone();
        metrics.add_source(move || storage(&db));
        let public_url = config.public_url();
        let press = Arc::new(PaperPress::new(services.db.clone(), papers));
        services.press = Some(Arc::clone(&press) as Arc<dyn engine::press::Press>);
        Arc::new(App { public_url, services, press, hub, limits: Limits::new(), metrics, stop, config })
    }

    /// For tests: an app on loopback over an embedded database of this test process.
    #[cfg(test)]
    pub fn for_test(public_url: Option<&str>) -> Arc<App> {
        let mut config = Config::load(&crate::cli::Common { data: Some("/nonexistent".into()), ..Default::default() }, None)
            .expect("defaults");
        config.configured_url = public_url.map(|url| PublicUrl::parse(url).expect("a URL"));
        let no_typesetter = Papers {
            draw: |_, _| Ok(b"%PDF-".to_vec()),
            built_in: |_| String::new(),
            data: |_, _| Ok("{}".to_owned()),
            errand: |_, _, _| Ok(Vec::new()),
            perform: |_| Ok(b"%PDF-".to_vec()),
            worker: || Ok(std::process::Command::new("/bin/cat")),
        };
        App::new(config, tests::SERVICES.clone(), no_typesetter, Stop::new())
    }
}

/// What `/metrics` says about storage.
fn storage(db: &engine::db::Db) -> Vec<Reading> {
    let numbers = db.numbers();
    let reading = |name, help, value: u64| Reading { name, help, value: i64::try_from(value).unwrap_or(i64::MAX) };
    vec![
        reading("owed_flows_waiting", "Acts that wait for their transaction", numbers.waiting),
        reading("owed_flows_done", "Acts that were committed or refused", numbers.flows),
        reading("owed_batches_done", "Transactions that were committed", numbers.batches),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use engine::clock::Clock;
    use engine::db::{Db, DbConfig, Mode};
    use engine::keys::Keys;
    use engine::services::Services;

    /// One database for all unit tests of the process; what needs a fresh one is an integration test.
    pub static SERVICES: LazyLock<Services> = LazyLock::new(|| {
        let data = std::env::temp_dir().join(format!("owed-unit-{}", std::process::id()));
        std::fs::create_dir_all(&data).expect("a folder for the tests");
        let db =
            Db::open(&DbConfig { data: data.clone(), url: None, mode: Mode::ReadWrite }, Clock::system()).expect("a database");
        let keys = Keys::open(&data.join("key")).expect("a key file");
        Services::new(db, keys, "http://localhost".to_owned(), None)
    });
}
