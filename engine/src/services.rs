//! What acts and jobs need besides the database: the key file's keys, the processors, where mail goes, and what draws papers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::connections::Connections;
use crate::db::Db;
use crate::jobs::send_mail::Postman;
use crate::keys::Keys;
use crate::press::Press;

/// One installation as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub db: Db,
    pub keys: Keys,
    pub connections: Connections,
    /// None: mails are kept in the outbox and not sent.
    pub postman: Option<Postman>,
    /// None: no papers go along with mails.
    pub press: Option<Arc<dyn Press>>,
}

impl Services {
    pub fn new(db: Db, keys: Keys, public_url: String, postman: Option<Postman>) -> Services {
        let connections = Connections::new(db.clone(), keys.clone(), public_url);
        Services { db, keys, connections, postman, press: None }
    }

    /// The same with other addresses for processors' APIs, by kind: for tests against a fake.
    #[must_use]
    pub fn with_base_urls(mut self, base_urls: BTreeMap<String, String>) -> Services {
        self.connections.base_urls = base_urls;
        self
    }

    /// Where payers reach us, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.connections.public_url
    }
}
