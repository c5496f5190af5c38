//! What the commands of the command line do, apart from serving.
//!
//! Invariant: stdout carries the answer alone (a key, a dump), everything else goes to stderr.

use engine::db::Mode;
use engine::flows::create_business::{NewBusiness, create_business};

use crate::cli::{self, SetupArgs};
use crate::config::Config;
use crate::open;
use crate::run::Failure;

/// `owed setup`: a business, its owner, and a key if asked for. The password is read from standard input.
pub async fn setup(config: &Config, args: &SetupArgs) -> Result<(), Failure> {
    let password = cli::read_secret(std::io::stdin()).map_err(|e| Failure::Other(format!("the password cannot be read: {e}")))?;
    let services = open::services(config, Mode::ReadWrite)?;
    let name = config.business.clone().unwrap_or_default();
    let new = NewBusiness {
        name,
        currency: args.currency,
        owner_email: args.email.clone(),
        owner_name: args.email.split('@').next().unwrap_or("owner").to_owned(),
        password,
        time_zone: "UTC".to_owned(),
        api_key: args.api_key,
    };
    let made = create_business(&services.db, new).await?;
    services.db.shutdown();
    match made.api_key {
        Some(key) => println!("{key}"),
        None => eprintln!("created {}", made.business),
    }
    Ok(())
}

/// `owed migrate`: applies what is pending.
pub async fn migrate(config: &Config) -> Result<(), Failure> {
    let services = open::services(config, Mode::ReadWrite)?;
    services.db.shutdown();
    eprintln!("the schema is up to date");
    Ok(())
}
