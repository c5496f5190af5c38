//! Reads laid out pages back as text: every run of letters with its place, joined to lines from top to bottom.

use std::path::Path;

use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst_layout::PagedDocument;

use super::Made;

/// A run of letters and where it stands, in points from the upper left corner of its page.
struct Run {
    text: String,
    left: f64,
    right: f64,
    baseline: f64,
}

pub(super) struct Pages {
    document: PagedDocument,
    runs: Vec<Vec<Run>>,
}

impl Pages {
    pub(super) fn of(print: Made) -> Pages {
        let document = print.and_then(|print| print.layout()).expect("a good paper");
        let runs = document.pages().iter().map(|page| {
            let mut runs = Vec::new();
            collect(&page.frame, Transform::identity(), &mut runs);
            runs
        });
        Pages { runs: runs.collect(), document }
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn size_in_points(&self) -> (i64, i64) {
        let size = self.document.pages()[0].frame.size();
        (size.x.to_pt().round() as i64, size.y.to_pt().round() as i64)
    }

    /// The page as lines, what stands apart on one line with two spaces between.
    pub(super) fn text(&self, page: usize) -> String {
        let mut runs: Vec<&Run> = self.runs[page].iter().collect();
        runs.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.left.total_cmp(&b.left)));
        let mut lines: Vec<Vec<&Run>> = Vec::new();
        for run in runs {
            match lines.last_mut() {
                Some(line) if (run.baseline - line[0].baseline).abs() < 1.0 => line.push(run),
                _ => lines.push(vec![run]),
            }
        }
        let texts = lines.into_iter().map(|mut line| {
            line.sort_by(|a, b| a.left.total_cmp(&b.left));
            join(&line)
        });
        texts.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn all(&self) -> String {
        (0..self.len()).map(|page| self.text(page)).collect::<Vec<_>>().join("\n")
    }

    /// No letter leaves the page's side margins of 20 mm.
    pub(super) fn assert_within_margins(&self) {
        let margin = Abs::mm(20.0).to_pt() - 0.5;
        let width = self.document.pages()[0].frame.size().x.to_pt();
        for run in self.runs.iter().flatten() {
            assert!(
                run.left >= margin && run.right <= width - margin,
                "{:?} spans {} to {} of {width}",
                run.text,
                run.left,
                run.right
            );
        }
    }

    pub(super) fn has_no_invisible_letters(&self) -> bool {
        self.runs.iter().flatten().all(|run| !run.text.contains('\u{200b}'))
    }

    /// No two runs of letters stand on one another.
    pub(super) fn assert_nothing_overlaps(&self) {
        for page in &self.runs {
            for (at, one) in page.iter().enumerate() {
                let beside = page[at + 1..].iter().filter(|other| (other.baseline - one.baseline).abs() < 4.0);
                for other in beside.filter(|other| !other.text.trim().is_empty() && !one.text.trim().is_empty()) {
                    let apart = one.right - 0.5 <= other.left || other.right - 0.5 <= one.left;
                    assert!(apart, "{:?} and {:?} stand on one another", one.text, other.text);
                }
            }
        }
    }

    /// Whether the line that shows these words goes up to the right margin.
    pub(super) fn reaches_right_margin(&self, words: &str) -> bool {
        let edge = self.document.pages()[0].frame.size().x.to_pt() - Abs::mm(20.0).to_pt();
        let page = self.runs.iter().find(|page| page.iter().any(|run| run.text.contains(words))).expect("the words are printed");
        let line = page.iter().find(|run| run.text.contains(words)).map_or(0.0, |run| run.baseline);
        page.iter().any(|run| (run.baseline - line).abs() < 1.0 && (run.right - edge).abs() < 1.0)
    }

    /// On each page the amounts of a column end at the same place, to a hundredth of a point.
    pub(super) fn assert_amounts_end_together(&self) {
        let amount = |text: &str| text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || ",.−".contains(c));
        for page in &self.runs {
            let mut ends: Vec<f64> = page.iter().filter(|run| amount(run.text.trim())).map(|run| run.right).collect();
            ends.sort_by(f64::total_cmp);
            for pair in ends.windows(2) {
                let apart = pair[1] - pair[0];
                assert!(!(0.01..8.0).contains(&apart), "two amounts end {apart} points apart");
            }
        }
    }
}

fn join(line: &[&Run]) -> String {
    let mut out = String::new();
    let mut end = f64::NEG_INFINITY;
    for run in line {
        let gap = run.left - end;
        if !out.is_empty() && gap > 5.0 {
            out.truncate(out.trim_end().len());
            out.push_str("  ");
        }
        out.push_str(&run.text);
        end = run.right;
    }
    out.replace(['\u{a0}', '\u{202f}'], " ").replace('\u{200b}', "").trim().to_owned()
}

fn collect(frame: &Frame, at: Transform, runs: &mut Vec<Run>) {
    for (place, item) in frame.items() {
        match item {
            FrameItem::Group(group) => {
                let inner = at.pre_concat(Transform::translate(place.x, place.y)).pre_concat(group.transform);
                collect(&group.frame, inner, runs);
            }
            FrameItem::Text(text) => {
                let left = Point::new(place.x, place.y).transform(at);
                let width = text.width().to_pt();
                runs.push(Run {
                    text: text.text.to_string(),
                    left: left.x.to_pt(),
                    right: left.x.to_pt() + width,
                    baseline: left.y.to_pt(),
                });
            }
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
        }
    }
}

/// Compares a paper with its golden text and counts its pages.
pub(super) fn check(name: &str, print: Made, pages: usize) {
    let made = Pages::of(print);
    made.assert_within_margins();
    made.assert_nothing_overlaps();
    assert_eq!(made.len(), pages, "{name} has another number of pages:\n{}", made.all());
    let text = (0..made.len()).map(|at| format!("── page {} ──\n{}\n", at + 1, made.text(at))).collect::<String>();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the golden text can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("there is a golden text");
    assert!(text == golden, "{name} prints something else than {}:\n{text}", path.display());
}
