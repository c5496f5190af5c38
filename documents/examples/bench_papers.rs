//! What a paper costs, beside WeasyPrint and ReportLab with the same content in the same run, and whether memory stays flat.
//!
//! `cargo run --release -p documents --example bench_papers` makes the peers' Python environment under `target/` when it is absent, and
//! says when it cannot. Figures are seconds of a processor and not of the clock, so a busy machine disturbs them little (Linux).
//! `… -- memory 10000` renders that many different papers and prints resident memory at 100, 1,000 and 10,000. It asserts nothing.

#[allow(dead_code, reason = "one paper of many is enough here")]
#[path = "../tests/samples/mod.rs"]
mod samples;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use books::paper::OrderPaper;

type Failure = Box<dyn std::error::Error>;

/// So many one-page papers, and so many lines of the long one.
const PAGES: u32 = 200;
const ROWS: i64 = 1_300;
/// How many ticks a second of `/proc/*/stat` has on Linux.
const TICKS: f64 = 100.0;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(),
        ["memory", count] => memory(count.parse()?),
        _ => Err("say nothing, or: memory COUNT".into()),
    }
}

/// One page: six lines, a payment, a code.
fn page(turn: u32) -> OrderPaper {
    let mut paper = samples::order();
    paper.number = Some(format!("ORD-2026-{turn:05}"));
    paper.customer.name = format!("Customer {turn}");
    paper.pay = Some(books::paper::PayPanel::link(format!("https://pay.fern.example/p/7hK2pQxW4mT9vB{turn:06}")));
    paper
}

fn compare() -> Result<(), Failure> {
    println!("load of this machine: {}", std::fs::read_to_string("/proc/loadavg")?.trim());
    documents::order(&page(0))?;
    let start = processor()?;
    for turn in 0..PAGES {
        documents::order(&page(turn))?;
    }
    let one = (processor()? - start) / f64::from(PAGES);
    let start = processor()?;
    documents::order(&samples::long_order(ROWS))?;
    let long = processor()? - start;
    println!("Owed         one page {:7.1} ms, {:5.1} a second and core, 1; {ROWS} lines {long:6.2} s, 1", one * 1e3, 1.0 / one);
    let Some(python) = peers() else { return Ok(()) };
    let content = content(&page(1), &samples::long_order(ROWS));
    for peer in ["reportlab", "weasyprint"] {
        match peer_figures(&python, peer, &content) {
            Ok((its_one, its_long)) => println!(
                "{peer:<12} one page {:7.1} ms, {:5.1} a second and core, {:.1}; {ROWS} lines {its_long:6.2} s, {:.1}",
                its_one * 1e3,
                1.0 / its_one,
                its_one / one,
                its_long / long
            ),
            Err(why) => println!("off: {peer}: {why}"),
        }
    }
    println!("load of this machine: {}", std::fs::read_to_string("/proc/loadavg")?.trim());
    Ok(())
}

fn memory(count: u32) -> Result<(), Failure> {
    for turn in 1..=count {
        documents::order(&page(turn))?;
        if [100, 1_000, 10_000, count].contains(&turn) {
            println!("{turn} papers: {} resident", resident()?);
        }
    }
    Ok(())
}

/// The same content for the peers: the rows of both papers, as text.
fn content(one: &OrderPaper, long: &OrderPaper) -> String {
    let rows = |paper: &OrderPaper| -> Vec<serde_json::Value> {
        let row = |line: &books::paper::PaperLine| {
            serde_json::json!([line.description, line.quantity, line.unit_amount.to_grouped(), line.net.to_grouped()])
        };
        paper.body.lines.iter().map(row).collect()
    };
    let total = |paper: &OrderPaper| paper.body.total.to_grouped();
    serde_json::json!({
        "one": { "rows": rows(one), "total": total(one) },
        "long": { "rows": rows(long), "total": total(long) },
    })
    .to_string()
}

/// The Python of the peers' environment. None, and said so: it cannot be made here.
fn peers() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/paper-peers");
    let python = home.join("bin/python");
    let made = python.exists()
        || (quietly(Command::new("python3").args(["-m", "venv"]).arg(&home))
            && quietly(Command::new(&python).args(["-m", "pip", "install", "-q", "weasyprint", "reportlab", "segno"])));
    if !made {
        println!("off: the peers' Python environment cannot be made in {}", home.display());
    }
    made.then_some(python)
}

fn quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Seconds of a processor for one page and for the long paper, as the peer's own process counts them.
fn peer_figures(python: &Path, peer: &str, content: &str) -> Result<(f64, f64), Failure> {
    use std::io::Write as _;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/peers.py");
    let mut child =
        Command::new(python).arg(script).arg(peer).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(content.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    let mut figures = said.split_whitespace().map(str::parse::<f64>);
    match (figures.next(), figures.next()) {
        (Some(Ok(one)), Some(Ok(long))) => Ok((one, long)),
        _ => Err(format!("it ended with {}", output.status).into()),
    }
}

/// Seconds that this process has used of processors.
fn processor() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit(')').next().ok_or("an odd /proc/self/stat")?;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS)
}

fn resident() -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS")).ok_or("an odd /proc/self/status")?;
    Ok(line.split_whitespace().skip(1).collect::<Vec<_>>().join(" "))
}
