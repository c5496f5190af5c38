//! The settings of one process: flag first, then environment (both read by `cli.rs`), then `owed.toml` in the data
//! folder, then the default.
//!
//! Invariants: every setting is checked before anything starts, and a wrong one is named together with where it was
//! written; an unknown name in the file is an error, because a misspelled setting would be silently ignored otherwise.
//! Left out: settings of a business, which live in the database.

mod file;
mod public_url;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use axum::http::Uri;
use books::calendar::Instant;
use ipnet::IpNet;

use self::file::FileSettings;
pub use self::public_url::PublicUrl;
use crate::cli::{Common, LogFormat, ServeArgs};

const DEFAULT_DATA: &str = "./owed-data";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const DEFAULT_LOG: &str = "info";

/// Everything a process was told about how to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder for the key file, kept documents and the SQLite file.
    pub data: PathBuf,
    /// PostgreSQL when there is one; else the SQLite file in `data`.
    pub database_url: Option<Hidden>,
    /// The key that seals secrets. The file need not exist yet.
    pub key_file: PathBuf,
    /// Which business, by name or id, where the command needs one.
    pub business: Option<String>,
    pub listen: SocketAddr,
    /// What was configured; [`Config::public_url`] is what to use.
    pub configured_url: Option<PublicUrl>,
    /// Mails are kept in the outbox when there is none.
    pub smtp_url: Option<Hidden>,
    /// Certificates in PEM that vouch for the mail server beside the public authorities.
    pub smtp_ca: Option<PathBuf>,
    pub log: LogSettings,
    pub trusted_proxies: Vec<IpNet>,
    pub base_urls: BaseUrls,
    /// A clock moved by hand, for tests.
    pub test_clock: Option<Instant>,
}

/// What is logged and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    pub filter: String,
    pub format: LogFormat,
}

/// Where the processors' interfaces answer, when that is not their own address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaseUrls {
    pub stripe: Option<String>,
    pub square: Option<String>,
    pub paypal: Option<String>,
    pub authorize_net: Option<String>,
    pub quickbooks: Option<String>,
}

impl BaseUrls {
    /// Those that were given, by the kind of processor.
    pub fn by_kind(&self) -> BTreeMap<String, String> {
        let all = [
            ("stripe", &self.stripe),
            ("square", &self.square),
            ("paypal", &self.paypal),
            ("authorize_net", &self.authorize_net),
        ];
        all.into_iter().filter_map(|(kind, url)| Some((kind.to_owned(), url.clone()?))).collect()
    }
}

/// A setting that is wrong: which, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct ConfigError {
    pub setting: String,
    pub reason: String,
}

/// Text that must not be printed, such as a URL with a password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    pub fn new(text: impl Into<String>) -> Hidden {
        Hidden(text.into())
    }

    /// The text itself, for the one place that uses it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Config {
    /// Puts flags, environment and file together. Creates nothing. `serve` is given for `serve` and `demo`.
    pub fn load(common: &Common, serve: Option<&ServeArgs>) -> Result<Config, ConfigError> {
        let data = common.data.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
        let file = FileSettings::read(&data.join(file::NAME))?;
        Config::merge(data, common, serve.cloned().unwrap_or_default(), file)
    }

    fn merge(data: PathBuf, common: &Common, serve: ServeArgs, file: FileSettings) -> Result<Config, ConfigError> {
        let database_url = pick(common.database_url.clone(), file.database_url);
        let smtp_url = pick(serve.smtp_url, file.smtp_url);
        let listen = match (serve.listen, file.listen) {
            (Some(listen), _) => listen,
            (None, Some(text)) => text.parse().map_err(|_| wrong("listen", "write an address and a port, as 127.0.0.1:8080"))?,
            (None, None) => DEFAULT_LISTEN,
        };
        let proxies = serve.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
        Ok(Config {
            key_file: key_file(&data, common.key_file.clone(), file.key_file),
            database_url: database_url.map(|url| postgres_url(&url)).transpose()?,
            business: common.business.clone().filter(|name| !name.trim().is_empty()),
            listen,
            configured_url: pick(serve.public_url, file.public_url).map(|url| PublicUrl::parse(&url)).transpose()?,
            smtp_url: smtp_url.map(|url| mail_url(&url)).transpose()?,
            smtp_ca: serve.smtp_ca.or(file.smtp_ca.map(|path| data.join(path))),
            log: LogSettings {
                filter: pick(common.log.clone(), file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned()),
                format: common.log_format.or(file.log_format.map(LogFormat::from)).unwrap_or_default(),
            },
            trusted_proxies: proxies
                .iter()
                .filter(|net| !net.trim().is_empty())
                .map(|net| network(net))
                .collect::<Result<_, _>>()?,
            base_urls: BaseUrls {
                stripe: base_url("stripe_base_url", pick(serve.stripe_base_url, file.stripe_base_url))?,
                square: base_url("square_base_url", pick(serve.square_base_url, file.square_base_url))?,
                paypal: base_url("paypal_base_url", pick(serve.paypal_base_url, file.paypal_base_url))?,
                authorize_net: base_url(
                    "authorize_net_base_url",
                    pick(serve.authorize_net_base_url, file.authorize_net_base_url),
                )?,
                quickbooks: base_url("quickbooks_base_url", pick(serve.quickbooks_base_url, file.quickbooks_base_url))?,
            },
            test_clock: pick(serve.test_clock, None)
                .map(|text| {
                    Instant::from_rfc3339(&text).ok_or_else(|| wrong("OWED_TEST_CLOCK", "write a time, as 2026-01-15T09:00:00Z"))
                })
                .transpose()?,
            data,
        })
    }

    /// The address people use: the configured one, else the address that is listened on.
    pub fn public_url(&self) -> PublicUrl {
        self.configured_url.clone().unwrap_or_else(|| PublicUrl::of_address(self.listen))
    }
}

/// The first of two that says anything; an empty text says nothing.
fn pick(first: Option<String>, second: Option<String>) -> Option<String> {
    first.filter(|text| !text.trim().is_empty()).or(second).filter(|text| !text.trim().is_empty())
}

fn wrong(setting: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError { setting: setting.to_owned(), reason: reason.into() }
}

/// A relative path in the settings file is relative to the folder the file is in; elsewhere to where we are.
fn key_file(data: &Path, given: Option<PathBuf>, in_file: Option<PathBuf>) -> PathBuf {
    match (given, in_file) {
        (Some(path), _) => path,
        (None, Some(path)) => data.join(path),
        (None, None) => data.join("key"),
    }
}

fn postgres_url(url: &str) -> Result<Hidden, ConfigError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Hidden::new(url))
    } else {
        Err(wrong("database_url", "write postgres://user:password@host/database, or leave it out for SQLite"))
    }
}

fn mail_url(url: &str) -> Result<Hidden, ConfigError> {
    let host = url.strip_prefix("smtp://").or_else(|| url.strip_prefix("smtps://")).unwrap_or("");
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() || host.starts_with(['/', ':', '?']) {
        return Err(wrong("smtp_url", "write smtps://user:password@host:465 or smtp://host:587"));
    }
    Ok(Hidden::new(url))
}

/// One address, or a network of them as `10.0.0.0/8`.
pub(crate) fn network(text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim();
    let found = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    found.map_err(|_| wrong("trusted_proxies", format!("{text:?} is not an address or a network such as 10.0.0.0/8")))
}

/// An address of another service: http or https, no query; a slash at the end is dropped.
fn base_url(setting: &str, url: Option<String>) -> Result<Option<String>, ConfigError> {
    let Some(url) = url else { return Ok(None) };
    let uri: Uri = url.parse().map_err(|_| wrong(setting, "this is not a URL"))?;
    let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some() && uri.query().is_none();
    if known { Ok(Some(url.trim_end_matches('/').to_owned())) } else { Err(wrong(setting, "write http://host or https://host")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(common: Common, serve: ServeArgs, file: &str) -> Result<Config, ConfigError> {
        let file = FileSettings::parse(file).map_err(|reason| wrong("owed.toml", reason))?;
        Config::merge(PathBuf::from("books"), &common, serve, file)
    }

    #[test]
    fn defaults_need_no_file() {
        let config = merged(Common::default(), ServeArgs::default(), "").expect("the defaults are good");
        assert_eq!(config.listen, DEFAULT_LISTEN);
        assert_eq!(config.public_url().origin(), "http://127.0.0.1:8080");
        assert_eq!(config.key_file, PathBuf::from("books/key"));
        assert_eq!(config.log, LogSettings { filter: "info".to_owned(), format: LogFormat::Text });
        assert!(config.database_url.is_none() && config.smtp_url.is_none());
    }

    #[test]
    fn flag_and_environment_win_over_the_file() {
        let file = "log = \"debug\"\nlisten = \"127.0.0.1:9999\"\nsmtp_url = \"smtps://u:p@mail.example\"\nsmtp_ca = \"ca.pem\"\nlog_format = \"json\"";
        let common = Common { log: Some("warn".to_owned()), ..Common::default() };
        let config = merged(common, ServeArgs::default(), file).expect("good settings");
        assert_eq!(config.log, LogSettings { filter: "warn".to_owned(), format: LogFormat::Json });
        assert_eq!(config.listen.port(), 9999);
        let serve = ServeArgs { listen: Some("127.0.0.1:1".parse().expect("an address")), ..ServeArgs::default() };
        assert_eq!(merged(Common::default(), serve, file).expect("good settings").listen.port(), 1);
        let empty = Common { log: Some(String::new()), ..Common::default() };
        assert_eq!(merged(empty, ServeArgs::default(), file).expect("good settings").log.filter, "debug");
    }

    #[test]
    fn a_misspelled_setting_is_named_and_no_value_is_shown() {
        let unknown = merged(Common::default(), ServeArgs::default(), "log = \"info\"\nlissten = \"x\"").expect_err("unknown");
        assert!(unknown.reason.contains("lissten") && unknown.reason.contains("line 2"), "{unknown}");
        let secret = merged(Common::default(), ServeArgs::default(), "smtp_url = [\"smtps://u:hunter2@mail.example\"]")
            .expect_err("a list");
        assert!(secret.reason.contains("smtp_url") && !secret.to_string().contains("hunter2"), "{secret}");
    }

    #[test]
    fn wrong_values_are_named() {
        for (file, setting) in [
            ("database_url = \"mysql://x\"", "database_url"),
            ("smtp_url = \"http://x\"", "smtp_url"),
            ("smtp_url = \"smtp://u:p@\"", "smtp_url"),
            ("public_url = \"billing.example\"", "public_url"),
            ("public_url = \"https://billing.example/owed\"", "public_url"),
            ("public_url = \"https://u:p@billing.example\"", "public_url"),
            ("listen = \"8080\"", "listen"),
            ("trusted_proxies = [\"10.0.0.0/33\"]", "trusted_proxies"),
            ("stripe_base_url = \"ftp://x\"", "stripe_base_url"),
        ] {
            assert_eq!(merged(Common::default(), ServeArgs::default(), file).expect_err(file).setting, setting, "{file}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let file = "smtp_url = \"smtps://u:hunter2@mail.example\"\ndatabase_url = \"postgres://u:hunter2@db.example/owed\"";
        let config = merged(Common::default(), ServeArgs::default(), file).expect("good settings");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.smtp_url.expect("given").reveal(), "smtps://u:hunter2@mail.example");
    }
}
