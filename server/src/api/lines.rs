//! Lines of orders, as they are sent and as they are answered.
//!
//! Invariant: net, tax and gross are what was posted for a line; the client's own sums are never read.

use books::tax::{LineInput, TaxSum};
use engine::store::order::OrderLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{LineKind, Quantity, SignedAmount, TaxRate};

/// A line as it is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    kind: LineKind,
    #[schema(min_length = 1, max_length = 1000)]
    description: String,
    quantity: Quantity,
    /// Such as `hour`.
    #[schema(max_length = 40)]
    unit: Option<String>,
    /// The price of one; negative for a discount only.
    unit_amount: SignedAmount,
    /// Percent as text; absent: no tax.
    tax_rate: Option<TaxRate>,
    /// `unit_amount` includes the tax.
    #[serde(default)]
    tax_included: bool,
}

impl From<NewLine> for LineInput {
    fn from(line: NewLine) -> LineInput {
        LineInput {
            kind: line.kind.0,
            description: line.description,
            quantity: line.quantity.0,
            unit: line.unit,
            unit_amount: line.unit_amount.0,
            tax_rate: line.tax_rate.map(|rate| rate.0),
            tax_included: line.tax_included,
        }
    }
}

/// The lines of a body as the flows take them.
pub fn inputs(lines: Vec<NewLine>) -> Vec<LineInput> {
    lines.into_iter().map(LineInput::from).collect()
}

/// A line as it was posted. `net + tax = gross`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Line {
    id: String,
    #[schema(value_type = LineKind)]
    kind: String,
    description: String,
    /// Decimal text.
    quantity: String,
    unit: Option<String>,
    unit_amount: i64,
    /// Percent as text.
    tax_rate: Option<String>,
    tax_included: bool,
    net: i64,
    tax: i64,
    gross: i64,
    /// Of `gross`, taken off later.
    credited: i64,
}

impl From<&OrderLine> for Line {
    fn from(line: &OrderLine) -> Line {
        Line {
            id: line.id.to_string(),
            kind: line.kind.clone(),
            description: line.description.clone(),
            quantity: line.quantity.clone(),
            unit: line.unit.clone(),
            unit_amount: line.unit_amount,
            tax_rate: line.tax_rate.clone(),
            tax_included: line.tax_included,
            net: line.net,
            tax: line.tax,
            gross: line.gross,
            credited: line.credited,
        }
    }
}

/// One row of the tax table: all lines of one rate together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tax {
    /// Percent as text.
    rate: String,
    net: i64,
    tax: i64,
}

impl From<TaxSum> for Tax {
    fn from(sum: TaxSum) -> Tax {
        Tax { rate: sum.rate.to_string(), net: sum.net, tax: sum.tax }
    }
}
