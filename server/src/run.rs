//! Puts the parts together: from the command line to a running server and an exit code.
//!
//! Invariants: a mistake in the settings is one plain sentence on stderr and exit code 2, before anything is opened;
//! stdout carries answers only. Left out: what each command does, which stands in its own module.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;

use engine::db::Mode;

use crate::app::App;
use crate::cli::{self, Command};
use crate::config::{Config, ConfigError};
use crate::desk::Desk;
use crate::listen::{self, Stop};
use crate::papers::Papers;
use crate::{commands, demo, feed, logging, open, router};

/// The exit code of a mistake in the arguments or settings, as usual for commands.
const USAGE: u8 = 2;

/// Why a command ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Engine(#[from] engine::error::Error),
    #[error("{0}")]
    Other(String),
    /// The command has said itself what is wrong.
    #[error("something is wrong")]
    Said,
}

/// The whole program.
pub fn main(papers: Papers) -> ExitCode {
    let cli = match cli::parse_from(std::env::args_os()) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help goes to stdout, a mistake to stderr; when neither can be written there is nobody to tell.
            usage.print().ok();
            return if usage.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    // It must not look at any setting or file.
    if matches!(cli.command, Command::RenderWorker) {
        return crate::papers::worker::work(papers);
    }
    match start(cli, papers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Said) {
                eprintln!("owed: {failure}");
            }
            ExitCode::from(if matches!(failure, Failure::Config(_)) { USAGE } else { 1 })
        }
    }
}

fn start(cli: cli::Cli, papers: Papers) -> Result<(), Failure> {
    let serve = match &cli.command {
        Command::Serve(args) | Command::Demo(args) | Command::Doctor(args) => Some(args),
        _ => None,
    };
    let given = cli.common.data.is_some();
    let config = Config::load(&cli.common, serve)?;
    logging::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::Other(format!("threads cannot be started: {e}")))?;
    runtime.block_on(run(cli.command, config, given, papers))
}

/// `given`: the data folder was named, so it is kept and may hold a business already.
async fn run(command: Command, mut config: Config, given: bool, papers: Papers) -> Result<(), Failure> {
    match command {
        Command::Serve(_) => serve(bind(&mut config).await?, config, papers).await,
        Command::Demo(_) => demo::demo(config, given, papers).await,
        Command::Setup(args) => commands::setup(&config, &args).await,
        Command::Migrate => commands::migrate(&config).await,
        Command::Key(command) => commands::errands::key(&config, command).await,
        Command::User(command) => commands::errands::user(&config, command).await,
        Command::Verify(args) => commands::verify::verify(&config, &args).await,
        Command::Dump => commands::dump(&config).await,
        Command::Doctor(_) => commands::doctor::doctor(&config).await,
        Command::RenderWorker => Err(Failure::Other("the process for templates needs no server".to_owned())),
    }
}

/// Takes the address to listen on; afterwards the settings name the port that was free.
pub(crate) async fn bind(config: &mut Config) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|e| Failure::Other(format!("cannot listen on {}: {e}", config.listen)))?;
    config.listen = listener.local_addr().map_err(|e| Failure::Other(format!("the socket has no address: {e}")))?;
    Ok(listener)
}

/// Opens the installation, says that it listens, serves until told to stop, drains.
pub(crate) async fn serve(listener: TcpListener, config: Config, papers: Papers) -> Result<(), Failure> {
    let address = config.listen;
    let services = open::services(&config, Mode::ReadWrite)?;
    engine::flows::move_clock::resume(&services.db).await?;
    engine::store::event::take_up(&services.db).await?;
    let stop = Stop::new();
    stop.on_signals().map_err(|e| Failure::Other(format!("signals cannot be heard: {e}")))?;
    let app = App::new(config, services, papers, stop);
    let router = router::router(&app);
    let work = tokio::spawn(engine::jobs::run_for_ever(app.services.clone()));
    let live = tokio::spawn(feed::follow(Arc::clone(&app)));
    let desk = Desk::open(&app.config, &app.services.db);
    listen::announce(address).map_err(|e| Failure::Other(format!("stdout cannot be written: {e}")))?;
    open::offer_setup(&app).await?;
    tracing::info!(%address, public_url = %app.public_url, build = crate::build::id(), "serving");
    let drained = listen::serve(listener, router, &Arc::clone(&app)).await;
    work.abort();
    live.abort();
    drop(desk);
    app.services.db.shutdown();
    if drained {
        tracing::info!("stopped");
        Ok(())
    } else {
        Err(Failure::Other("some requests had not finished in time".to_owned()))
    }
}
