//! The command line: every command and option of the published contract, parsed and nothing more.
//!
//! Invariant: a value comes from the flag, else from the environment variable named beside it; the settings file
//! comes third and is read in `config.rs`. Limits: a secret is read from standard input or a file, never from an
//! argument, because arguments can be seen by every user of the machine. Left out: what the commands do.

use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;

use books::calendar::{Day, parse_day};
use books::ids::ApiKeyId;
use books::money::Currency;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// The longest secret taken from standard input, in bytes.
const MAX_SECRET_BYTES: u64 = 4096;

/// A self-hosted server that collects balances owed.
#[derive(Debug, Parser)]
#[command(name = "owed", version = crate::build::ID, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options every command takes, before or after its name.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// Folder for the key file, kept documents, owed.toml and, unless a database URL is given, the SQLite file
    /// [default: ./owed-data]
    #[arg(long, global = true, env = "OWED_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the SQLite file, as postgres://user:password@host/database
    #[arg(long, global = true, env = "OWED_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Which business, by name or id, where there are several (for `setup`: the name of the new one)
    #[arg(long, global = true, value_name = "NAME")]
    pub business: Option<String>,
    /// File with the key that seals secrets [default: key in the data folder]
    #[arg(long, global = true, env = "OWED_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// What to log: error, warn, info, debug, trace, or by module such as info,engine=debug
    #[arg(long, global = true, env = "OWED_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How log lines look on stderr
    #[arg(long, global = true, env = "OWED_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// One command of `owed`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages and the API until told to stop
    Serve(ServeArgs),
    /// Fill a believable business with Sandbox and serve it
    Demo(ServeArgs),
    /// Create a business and its owner
    #[command(override_usage = "owed setup --business NAME --currency CODE --email EMAIL --password-stdin [--api-key]")]
    Setup(SetupArgs),
    /// API keys: create, list, revoke
    #[command(subcommand)]
    Key(KeyCommand),
    /// People who sign in: add, change the role, disable
    #[command(subcommand)]
    User(UserCommand),
    /// Recompute every balance and invariant; exit 1 and name each disagreement if there is one
    Verify(VerifyArgs),
    /// Print every table as JSON lines with stable keys
    Dump,
    /// Apply pending migrations
    Migrate,
    /// Check the installation and say what is wrong
    Doctor(ServeArgs),
    /// Print one paper by a template from outside, for the server: see papers/worker.rs
    #[command(hide = true)]
    RenderWorker,
}

/// Options of `serve` and `demo`; `doctor` looks at what they say.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 picks a free port [default: 127.0.0.1:8080]
    #[arg(long, env = "OWED_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The address people use, as https://billing.example [default: the address listened on]
    #[arg(long, env = "OWED_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Mail server, as smtps://user:password@host or smtp://user:password@host:587?tls=required (STARTTLS); without one
    /// mails are kept in the outbox
    #[arg(long, env = "OWED_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp_url: Option<String>,
    /// A file of certificates (PEM) that vouch for the mail server, beside the public authorities
    #[arg(long, env = "OWED_SMTP_CA", value_name = "FILE")]
    pub smtp_ca: Option<PathBuf>,
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks
    #[arg(long = "trusted-proxy", env = "OWED_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NET")]
    pub trusted_proxies: Option<Vec<String>>,
    /// Where Stripe's interface answers, for tests
    #[arg(long, env = "OWED_STRIPE_BASE_URL", hide = true)]
    pub stripe_base_url: Option<String>,
    /// Where Square's interface answers, for tests
    #[arg(long, env = "OWED_SQUARE_BASE_URL", hide = true)]
    pub square_base_url: Option<String>,
    /// Where PayPal's interface answers, for tests
    #[arg(long, env = "OWED_PAYPAL_BASE_URL", hide = true)]
    pub paypal_base_url: Option<String>,
    /// Where Authorize.Net's interface answers, for tests
    #[arg(long, env = "OWED_AUTHORIZE_NET_BASE_URL", hide = true)]
    pub authorize_net_base_url: Option<String>,
    /// Where QuickBooks Online's interface answers, for tests
    #[arg(long, env = "OWED_QUICKBOOKS_BASE_URL", hide = true)]
    pub quickbooks_base_url: Option<String>,
    /// A clock that stands still until moved through the API, for tests
    #[arg(long, env = "OWED_TEST_CLOCK", hide = true, value_name = "TIME")]
    pub test_clock: Option<String>,
}

/// Options of `setup`. The name of the business is [`Common::business`]; [`parse_from`] makes sure that it is there.
#[derive(Debug, Clone, Args)]
pub struct SetupArgs {
    /// The business's own currency, as an ISO 4217 code
    #[arg(long, value_name = "CODE")]
    pub currency: Currency,
    /// The owner's address, with which they sign in
    #[arg(long)]
    pub email: String,
    /// Read the owner's password from standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// Also make an API key with every scope and print it, alone, on stdout
    #[arg(long)]
    pub api_key: bool,
}

/// Commands on API keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a key and print it, once
    Create(KeyCreateArgs),
    /// List the keys, without their secrets
    List,
    /// End a key at once
    Revoke {
        /// The key's id (key_…)
        id: ApiKeyId,
    },
}

/// Options of `key create`.
#[derive(Debug, Clone, Args)]
pub struct KeyCreateArgs {
    /// What the key is for
    #[arg(long)]
    pub name: String,
    /// What it may do [default: every scope]
    #[arg(long, value_delimiter = ',')]
    pub scopes: Option<Vec<Scope>>,
    /// The last day it works, as 2026-12-31
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub expires: Option<Day>,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Scope {
    Read,
    Write,
    Payments,
    /// Also credit notes, write-offs, adjustments and reversals.
    Refunds,
    Settings,
}

impl Scope {
    /// Every scope, as `setup`'s key has them.
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Write, Scope::Payments, Scope::Refunds, Scope::Settings];

    /// The word used on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Payments => "payments",
            Scope::Refunds => "refunds",
            Scope::Settings => "settings",
        }
    }
}

/// Commands on people who sign in.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Add a person; their password is read from standard input
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        role: Role,
        /// What they are called [default: what stands before the @]
        #[arg(long)]
        name: Option<String>,
    },
    /// Give a person another role
    Role {
        #[arg(long)]
        email: String,
        #[arg(long)]
        role: Role,
    },
    /// End every session of a person and refuse further ones
    Disable {
        #[arg(long)]
        email: String,
    },
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Role {
    Owner,
    Manager,
    Clerk,
    Viewer,
}

impl Role {
    /// The word used on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Clerk => "clerk",
            Role::Viewer => "viewer",
        }
    }
}

/// Options of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

fn day(text: &str) -> Result<Day, String> {
    parse_day(text).ok_or_else(|| "not a day: write it like 2026-12-31".to_owned())
}

/// Parses arguments; a request for help and a mistake are both an error that knows how to print itself.
pub fn parse_from<I, T>(arguments: I) -> Result<Cli, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let cli = Cli::try_parse_from(arguments)?;
    if matches!(cli.command, Command::Setup(_)) && cli.common.business.as_deref().is_none_or(|name| name.trim().is_empty()) {
        return Err(
            Cli::command().error(ErrorKind::MissingRequiredArgument, "setup needs --business NAME, the name of the new business")
        );
    }
    Ok(cli)
}

/// Reads a secret up to the end of the input and drops one newline at its end. Refuses an empty or overlong secret
/// and one that is not UTF-8 text.
pub fn read_secret(input: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    input.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(|e| format!("standard input cannot be read: {e}"))?;
    if bytes.len() as u64 > MAX_SECRET_BYTES {
        return Err(format!("the secret on standard input is longer than {MAX_SECRET_BYTES} bytes"));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "the secret on standard input is not UTF-8 text".to_owned())?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() { Err("standard input is empty; the secret is read from there".to_owned()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        parse_from(std::iter::once("owed").chain(line.split_whitespace()))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_contract_parses() {
        for line in [
            "serve",
            "serve --listen 127.0.0.1:0 --public-url https://billing.example",
            "demo --data /tmp/demo --listen 127.0.0.1:0",
            "setup --business Acme --currency USD --email me@acme.example --password-stdin --api-key",
            "key create --name shop --scopes read,payments --expires 2027-01-31",
            "key list --business Acme",
            "key revoke key_01h455vb4pex5vsknk084sn02q",
            "user add --email c@acme.example --role clerk",
            "user role --email c@acme.example --role viewer",
            "user disable --email c@acme.example",
            "verify --json --data d",
            "--data d --database-url postgres://db.example/owed verify",
            "dump",
            "migrate",
            "doctor --public-url https://billing.example",
        ] {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err().map(|e| e.to_string()));
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for (line, word) in [
            ("setup --currency USD --email me@acme.example --password-stdin", "--business"),
            ("setup --business Acme --currency usd --email me@acme.example --password-stdin", "currency"),
            ("setup --business Acme --currency USD --email me@acme.example", "--password-stdin"),
            ("key create --name shop --scopes everything", "everything"),
            ("key create --name shop --expires tomorrow", "2026-12-31"),
            ("key revoke inv_01h455vb4pex5vsknk084sn02q", "key_"),
            ("serve --listen nowhere", "--listen"),
            ("user add --email c@acme.example --role king", "king"),
            ("sell", "sell"),
        ] {
            let message = parse(line).expect_err(line).to_string();
            assert!(message.contains(word), "{line}: {message}");
        }
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        let before = parse("--data a --business Acme dump").expect("parses");
        let after = parse("dump --data a --business Acme").expect("parses");
        assert_eq!(before.common.data, after.common.data);
        assert_eq!(before.common.business, after.common.business);
        let Command::Key(KeyCommand::Create(args)) = parse("key create --name n --scopes read,refunds").expect("parses").command
        else {
            panic!("another command was parsed");
        };
        assert_eq!(args.scopes, Some(vec![Scope::Read, Scope::Refunds]));
    }

    #[test]
    fn a_secret_loses_its_last_newline_only() {
        assert_eq!(read_secret("correct horse\n".as_bytes()), Ok("correct horse".to_owned()));
        assert_eq!(read_secret("a\nb\r\n".as_bytes()), Ok("a\nb".to_owned()));
        assert_eq!(read_secret(" spaces stay ".as_bytes()), Ok(" spaces stay ".to_owned()));
        assert!(read_secret("".as_bytes()).is_err());
        assert!(read_secret("\n".as_bytes()).is_err());
        assert!(read_secret(&b"\xff\xfe"[..]).is_err());
        assert!(read_secret("x".repeat(5000).as_bytes()).is_err());
    }
}
