//! `owed.toml`, the settings file in the data folder: at most 64 KiB.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ConfigError;
use crate::cli::LogFormat;

pub(super) const NAME: &str = "owed.toml";
const MAX_BYTES: u64 = 64 * 1024;

/// The settings file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSettings {
    pub(super) database_url: Option<String>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<FileLogFormat>,
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) smtp_ca: Option<PathBuf>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) stripe_base_url: Option<String>,
    pub(super) square_base_url: Option<String>,
    pub(super) paypal_base_url: Option<String>,
    pub(super) authorize_net_base_url: Option<String>,
    pub(super) quickbooks_base_url: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileLogFormat {
    Text,
    Json,
}

impl From<FileLogFormat> for LogFormat {
    fn from(format: FileLogFormat) -> LogFormat {
        match format {
            FileLogFormat::Text => LogFormat::Text,
            FileLogFormat::Json => LogFormat::Json,
        }
    }
}

impl FileSettings {
    /// A file that is not there says nothing; one that cannot be read or understood is an error.
    pub(super) fn read(path: &Path) -> Result<FileSettings, ConfigError> {
        let unreadable = |reason: String| ConfigError { setting: path.display().to_string(), reason };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            Err(e) => return Err(unreadable(format!("cannot be read: {e}"))),
        };
        let mut text = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|e| unreadable(format!("cannot be read: {e}")))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(unreadable(format!("is longer than {MAX_BYTES} bytes")));
        }
        FileSettings::parse(&text).map_err(unreadable)
    }

    /// The message names the line and the setting but not its value, which may be a password.
    pub(super) fn parse(text: &str) -> Result<FileSettings, String> {
        toml::from_str(text).map_err(|e: toml::de::Error| {
            let line = e.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let written = text.lines().nth(line - 1).unwrap_or_default();
            let name = written.split(['=', '#']).next().unwrap_or_default().trim();
            let reason =
                if e.message().starts_with("unknown field") { e.message() } else { "this value is not what is expected here" };
            format!("line {line}, {name}: {reason}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_no_settings_and_an_overlong_one_is_refused() {
        let folder = std::env::temp_dir().join(format!("owed-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let path = folder.join(NAME);
        assert!(FileSettings::read(&path).is_ok());
        std::fs::write(&path, "#".repeat(MAX_BYTES as usize + 1)).expect("writable");
        assert!(FileSettings::read(&path).is_err());
        std::fs::remove_dir_all(&folder).expect("ours to remove");
    }
}
