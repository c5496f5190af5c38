//! Prints the sample papers, to look at them and to measure.
//!
//! `cargo run --release -p documents --example press -- print DIR` writes each as a PDF;
//! `… -- bench 500` renders that many different one-page orders and tells time and memory (Linux).

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::path::Path;
use std::time::Instant;

use samples::spoken::{LANGUAGES, one_of_each};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["print", directory] => print(Path::new(directory)),
        ["bench", count] => bench(count.parse()?),
        ["long", rows] => long(rows.parse()?),
        _ => Err("say: print DIR, bench COUNT or long ROWS".into()),
    }
}

fn print(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory)?;
    let papers = [
        ("order-long", documents::order(&samples::long_order(80))?),
        ("order-draft", documents::order(&samples::draft_order())?),
        ("application-yen", documents::order(&samples::yen_order())?),
        ("receipt-cash", documents::receipt(&samples::cash_receipt())?),
    ];
    for (name, bytes) in papers {
        keep(directory, name, &bytes)?;
    }
    for language in LANGUAGES {
        for paper in one_of_each(language) {
            let word = paper.kind().word().replace('_', "-");
            let name = if language == "en" { word } else { format!("{word}-{language}") };
            keep(directory, &name, &documents::draw(&paper, None)?)?;
        }
    }
    Ok(())
}

fn keep(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = directory.join(format!("{name}.pdf"));
    std::fs::write(&path, bytes)?;
    println!("{} {} bytes", path.display(), bytes.len());
    Ok(())
}

fn bench(count: u32) -> Result<(), Failure> {
    let mut times = Vec::new();
    for turn in 0..count {
        let mut paper = samples::order();
        paper.number = Some(format!("ORD-2026-{turn:05}"));
        paper.customer.name = format!("Customer {turn}");
        paper.pay = Some(books::paper::PayPanel::link(format!("https://pay.fern.example/p/7hK2pQxW4mT9vB{turn:06}")));
        let start = Instant::now();
        let bytes = documents::order(&paper)?;
        times.push(start.elapsed());
        if turn == 0 {
            println!("first {:?}, {} bytes, {}", times[0], bytes.len(), resident()?);
        }
    }
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    println!("{count} renders: p50 {:?} p95 {:?} p99 {:?}, {}", at(50), at(95), at(99), resident()?);
    Ok(())
}

fn long(rows: i64) -> Result<(), Failure> {
    let paper = samples::long_order(rows);
    for _ in 0..3 {
        let start = Instant::now();
        let bytes = documents::order(&paper)?;
        println!("{rows} lines: {:?}, {} bytes, {}", start.elapsed(), bytes.len(), resident()?);
    }
    Ok(())
}

fn resident() -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    Ok(lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", "))
}
