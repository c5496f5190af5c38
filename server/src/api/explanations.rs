//! *Explain this balance*, as programs read it.
//!
//! Invariant: `amount_due` is the very figure that it explains; every part leads to its entry.

use books::explain::{Applied, Trace, TracedCharge, TracedCredit, TracedEntry};
use books::money::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::values::EntryKind;

/// How an amount due came about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    currency: String,
    total: i64,
    fees: i64,
    paid: i64,
    credited: i64,
    written_off: i64,
    /// The figure that is explained.
    amount_due: i64,
    /// In the order they took effect.
    charges: Vec<ExplainedCharge>,
    /// Credit that is set against nothing; it counts for an account only.
    free_credits: Vec<ExplainedCredit>,
}

/// A charge and everything that was set against it.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedCharge {
    entry: ExplainedEntry,
    /// In the order it happened.
    applied: Vec<ExplainedPart>,
    open: i64,
}

/// Part of a credit that is or was set against the charge.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedPart {
    #[schema(format = Date)]
    on: String,
    from: ExplainedEntry,
    amount: i64,
    /// It takes back what was applied before.
    taken_back: bool,
}

/// Free credit.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedCredit {
    entry: ExplainedEntry,
    free: i64,
}

/// What a trace says of an entry.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedEntry {
    id: String,
    #[schema(value_type = EntryKind)]
    kind: String,
    #[schema(format = Date)]
    on: String,
    description: String,
    amount: i64,
    /// Who made it, in words.
    by: String,
    method: Option<String>,
    note: Option<String>,
    reason: Option<String>,
}

impl Explanation {
    pub fn of(trace: Trace, currency: Currency) -> Explanation {
        let figures = trace.figures;
        Explanation {
            currency: currency.code().to_owned(),
            total: figures.total,
            fees: figures.fees,
            paid: figures.paid,
            credited: figures.credited,
            written_off: figures.written_off,
            amount_due: trace.amount_due,
            charges: trace.charges.into_iter().map(charge).collect(),
            free_credits: trace.free_credits.into_iter().map(credit).collect(),
        }
    }
}

fn charge(charge: TracedCharge) -> ExplainedCharge {
    ExplainedCharge { entry: entry(charge.entry), applied: charge.applied.into_iter().map(part).collect(), open: charge.open }
}

fn part(part: Applied) -> ExplainedPart {
    ExplainedPart { on: part.on.to_string(), from: entry(part.from), amount: part.amount, taken_back: part.taken_back }
}

fn credit(credit: TracedCredit) -> ExplainedCredit {
    ExplainedCredit { entry: entry(credit.entry), free: credit.free }
}

fn entry(entry: TracedEntry) -> ExplainedEntry {
    ExplainedEntry {
        id: entry.id.to_string(),
        kind: entry.kind.to_string(),
        on: entry.on.to_string(),
        description: entry.description,
        amount: entry.amount,
        by: entry.by,
        method: entry.method,
        note: entry.note,
        reason: entry.reason,
    }
}
