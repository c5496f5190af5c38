//! Hostile templates against the program itself: each ends within its limits, with a reason, and takes nothing else along.

#[allow(dead_code, reason = "one paper of many is enough here")]
#[path = "../../../documents/tests/samples/mod.rs"]
mod samples;

use std::process::Command;
use std::time::{Duration, Instant};

use books::paper::Paper;
use server::papers::worker::{Failed, run};

fn printed(template: &str) -> Result<Vec<u8>, Failed> {
    let errand = documents::errand(&Paper::Order(samples::order()), None, template).expect("a good paper");
    handed_over(errand)
}

fn handed_over(errand: Vec<u8>) -> Result<Vec<u8>, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut command = Command::new(env!("CARGO_BIN_EXE_owed"));
    command.arg("render-worker");
    runtime.block_on(run(command, errand))
}

#[test]
fn a_good_template_prints_the_same_as_in_process() {
    let paper = Paper::Order(samples::order());
    let made = printed(&documents::built_in(paper.kind())).expect("our own template");
    assert!(made == documents::draw(&paper, None).expect("a good paper"));
}

#[test]
fn a_long_paper_fits_into_the_limits() {
    let paper = Paper::Order(samples::long_order(1_300));
    let errand = documents::errand(&paper, None, &documents::built_in(paper.kind())).expect("a good paper");
    assert!(handed_over(errand).is_ok_and(|pdf| pdf.len() > 100_000));
}

#[test]
fn what_takes_for_ever_or_everything_is_ended_with_a_reason() {
    for template in [
        "#for a in range(100000) { for b in range(100000) { for c in range(100000) { let d = a } } }",
        "#let all = range(30000000)\n#all.len()",
        "#let s = \"x\"\n#for i in range(40) { s = s + s }\n#s.len()",
        "#for i in range(1000000) [#pagebreak() #i]",
        "#let f(n) = if n == 0 { (1,) } else { f(n - 1) + f(n - 1) }\n#f(60).len()",
        "#let nest(n) = if n == 0 [x] else { box(nest(n - 1)) }\n#for i in range(100000) { nest(60) }",
    ] {
        let start = Instant::now();
        let ended = printed(template);
        assert!(matches!(&ended, Err(Failed::Limit(why)) if !why.is_empty()), "{template}: {ended:?}");
        // Not a figure: without the limits it would go on for ever.
        assert!(start.elapsed() < Duration::from_secs(180), "{template} took {:?}", start.elapsed());
        println!("{:?} {ended:?}", start.elapsed());
    }
}

#[test]
fn what_reaches_out_is_a_mistake_with_its_line() {
    for line in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../etc/passwd\")",
        "#image(\"/proc/self/environ\")",
        "#import \"@preview/cetz:0.3.0\": canvas",
        "#plugin(\"evil.wasm\")",
        "#include \"frame.typ\"",
        "#datetime.today()",
        "#sys.inputs.at(\"HOME\")",
    ] {
        let ended = printed(&format!("= A paper\n{line}\n"));
        let Err(Failed::Mistakes(all)) = &ended else { panic!("{line}: {ended:?}") };
        assert_eq!(all[0].place.map(|place| place.0), Some(2), "{line}: {all:?}");
    }
}

#[test]
fn an_errand_that_is_none_is_an_answer() {
    let ended = handed_over(b"not an errand".to_vec());
    assert!(matches!(&ended, Err(Failed::Mistakes(all)) if all[0].message.contains("cannot be read")), "{ended:?}");
}
