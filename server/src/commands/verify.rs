//! `owed verify`: says on stdout whether the books agree, and what does not.
//!
//! Invariant: the exit code is 0 only when everything agrees. Left out: how it is found out (`engine::verify`).

use std::fmt::Write as _;
use std::time::Instant;

use engine::verify::{Checked, Report, Verified, meaning, verify as look, verify_business};
use serde_json::json;

use crate::cli::VerifyArgs;
use crate::config::Config;
use crate::run::Failure;
use crate::{commands, open};

/// Looks at every business, or at the named one.
pub async fn verify(config: &Config, args: &VerifyArgs) -> Result<(), Failure> {
    let db = commands::beside(config)?;
    let report = match &config.business {
        None => look(&db).await?,
        Some(name) => {
            let begun = Instant::now();
            let business = open::business(&db, Some(name)).await?;
            let businesses = vec![verify_business(&db, business).await?];
            Report { businesses, took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX) }
        }
    };
    db.shutdown();
    commands::say(&if args.json { as_json(&report) } else { as_text(&report) })?;
    if report.agrees() { Ok(()) } else { Err(Failure::Said) }
}

/// For programs: what was looked at and every disagreement.
fn as_json(report: &Report) -> String {
    json!({ "agrees": report.agrees(), "took_ms": report.took_ms, "businesses": report.businesses }).to_string()
}

/// For people: a short summary, and one line for each disagreement.
fn as_text(report: &Report) -> String {
    if report.businesses.is_empty() {
        return "there is no business yet, so there is nothing to check".to_owned();
    }
    let mut text = String::new();
    for business in &report.businesses {
        one(&mut text, business);
    }
    let found: usize = report.businesses.iter().map(|business| business.disagreements.len()).sum();
    let seconds = format!("{}.{:03} s", report.took_ms / 1000, report.took_ms % 1000);
    text.push_str(&match found {
        0 => format!("everything agrees ({seconds})"),
        1 => format!("1 disagreement ({seconds})"),
        many => format!("{many} disagreements ({seconds})"),
    });
    text
}

fn one(text: &mut String, business: &Verified) {
    let Verified { business: id, name, checked, disagreements } = business;
    // Writing to a string does not fail.
    let _ = writeln!(text, "{name} ({id}): {}", counted(checked));
    let mut check = "";
    for found in disagreements {
        if found.check != check {
            check = found.check;
            let _ = writeln!(text, "  {check}: {} does not hold", quoted(meaning(check)));
        }
        let _ = writeln!(text, "    {}: {}, but {}", found.subject, found.said, found.found);
    }
}

fn quoted(promise: &str) -> String {
    format!("“{promise}”")
}

fn counted(checked: &Checked) -> String {
    let Checked {
        customers,
        accounts,
        entries,
        allocations,
        journal_lines,
        orders,
        invoices,
        credit_notes,
        payments,
        requests,
        remote_invoices,
        mails,
        events,
    } = checked;
    format!(
        "{customers} customers, {accounts} accounts, {entries} entries, {allocations} allocations, {journal_lines} journal lines, \
         {orders} orders, {invoices} invoices, {credit_notes} credit notes, {payments} payments, {requests} requests, \
         {remote_invoices} invoices at processors, {mails} mails, {events} events"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use books::ids::BusinessId;
    use engine::verify::Disagreement;

    #[test]
    fn a_report_reads_well() {
        let wrong = Disagreement { check: "L3", subject: "cus_1".into(), said: "-100".into(), found: "-200".into() };
        let business = BusinessId(Default::default());
        let of = |disagreements| Report {
            businesses: vec![Verified { business, name: "Acme".into(), checked: Checked::default(), disagreements }],
            took_ms: 1042,
        };
        assert!(as_text(&of(Vec::new())).ends_with("0 events\neverything agrees (1.042 s)"));
        let text = as_text(&of(vec![wrong]));
        assert!(
            text.contains("  L3: “the balance is the sum of the entries” does not hold\n    cus_1: -100, but -200\n"),
            "{text}"
        );
        assert!(text.ends_with("1 disagreement (1.042 s)"), "{text}");
        let empty = Report { businesses: Vec::new(), took_ms: 0 };
        assert!(as_text(&empty).contains("no business") && as_json(&empty).contains("\"agrees\":true"));
    }
}
