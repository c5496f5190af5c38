//! `fakes KIND`: one pretend processor as a process of its own, for walks in a real browser.
//!
//! It prints one line of JSON: where its interface (`api`) and its pages (`pages`) are reached, at which `origins` browsers look
//! for these pages, and the `settings` that connect it. Its clock is the machine's. It ends when its standard input ends, and
//! fails then when something was not as the processor's description has it.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use fakes::authorize_net::AuthorizeNetFake;
use fakes::courier::{Courier, now};
use fakes::hosted::{Hosted, serve};
use fakes::paypal::PayPalFake;
use fakes::square::SquareFake;
use fakes::stripe::StripeFake;
use serde_json::json;

async fn start(kind: &str) -> Option<Arc<dyn Hosted>> {
    Some(match kind {
        "stripe" => Arc::new(StripeFake::start(now()).await),
        "square" => Arc::new(SquareFake::start(now()).await),
        "paypal" => Arc::new(PayPalFake::start(now()).await),
        "authorize_net" => Arc::new(AuthorizeNetFake::start(now()).await),
        _ => return None,
    })
}

async fn open(processor: Arc<dyn Hosted>) -> std::io::Result<()> {
    let courier = Arc::new(Courier::default());
    let pages = serve(processor.clone(), courier.clone()).await?;
    let said = json!({
        "api": processor.api(), "pages": pages, "origins": processor.origins(), "settings": processor.settings(),
    });
    tokio::spawn(courier.run(processor));
    let mut out = std::io::stdout();
    writeln!(out, "{said}")?;
    out.flush()
}

fn run() -> std::io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let kind = std::env::args().nth(1).unwrap_or_default();
    let Some(processor) = runtime.block_on(start(&kind)) else {
        eprintln!("usage: fakes stripe | square | paypal | authorize_net");
        return Ok(ExitCode::FAILURE);
    };
    runtime.block_on(open(processor.clone()))?;
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    let complaints = processor.complaints();
    complaints.iter().for_each(|complaint| eprintln!("not as {} describes it: {complaint}", processor.name()));
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("fakes: {error}");
        ExitCode::FAILURE
    })
}
