//! What every handler can reach: settings, counters, announcements and the checks behind `/readyz` and `/metrics`.
//!
//! Invariant: made once when the process starts and shared; nothing in it is specific to a request. Left out: globals.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::config::{Config, PublicUrl};
use crate::listen::Stop;
use crate::live::Hub;
use crate::metrics::{Metrics, Reading};
use crate::rate_limit::Limits;

/// Answers whether something works; the text is for the log.
pub type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;
/// Answers whether the text is an API key that works.
pub type KeyCheck = Box<dyn Fn(String) -> BoxFuture<'static, bool> + Send + Sync>;

/// The state of the process. Handlers take `State<Arc<App>>`.
pub struct App {
    pub config: Config,
    /// The address people use; links in mails begin with it.
    pub public_url: PublicUrl,
    pub hub: Arc<Hub>,
    pub limits: Limits,
    pub metrics: Metrics,
    pub stop: Stop,
    /// Whether the database answers.
    pub ready: Check,
    /// Whether a key may read `/metrics` from elsewhere.
    pub key: KeyCheck,
}

impl App {
    /// The parts that need no database. `config.listen` is the address that is really listened on.
    pub fn new(config: Config, stop: Stop, ready: Check, key: KeyCheck) -> Arc<App> {
        let hub = Arc::new(Hub::new());
        let metrics = Metrics::new();
        let listened = Arc::clone(&hub);
        metrics.add_source(move || {
            let value = i64::try_from(listened.open()).unwrap_or(i64::MAX);
            vec![Reading { name: "owed_live_streams", help: "Open pages that are told of changes", value }]
        });
        let public_url = config.public_url();
        Arc::new(App { public_url, hub, limits: Limits::new(), metrics, stop, ready, key, config })
    }

    /// For tests: an app on loopback whose checks say yes and whose only key is `owed_test`.
    #[cfg(test)]
    pub fn for_test(public_url: Option<&str>) -> Arc<App> {
        let mut config = Config::load(&crate::cli::Common { data: Some("/nonexistent".into()), ..Default::default() }, None)
            .expect("defaults");
        config.configured_url = public_url.map(|url| PublicUrl::parse(url).expect("a URL"));
        let ready: Check = Box::new(|| Box::pin(async { Ok(()) }));
        App::new(config, Stop::new(), ready, Box::new(|key| Box::pin(async move { key == "owed_test" })))
    }
}
