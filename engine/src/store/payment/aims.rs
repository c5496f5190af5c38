//! What a payment names, as it is kept: documents and charges, each with a part or as a whole.

use books::account::{Aim, Target};
use books::ids::{EntryId, InvoiceId, OrderId};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A document or charge that a payment names, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// None: all that is open there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

impl From<Aim> for Named {
    fn from(aim: Aim) -> Named {
        let mut named = Named { order: None, invoice: None, entry: None, amount: aim.amount };
        match aim.target {
            Target::Order(id) => named.order = Some(id),
            Target::Invoice(id) => named.invoice = Some(id),
            Target::Entry(id) => named.entry = Some(id),
        }
        named
    }
}

impl Named {
    fn aim(self) -> Option<Aim> {
        let order = self.order.map(Target::Order);
        let target = order.or(self.invoice.map(Target::Invoice)).or(self.entry.map(Target::Entry))?;
        Some(Aim { target, amount: self.amount })
    }
}

/// The aims as they are kept; none when there are none.
pub(crate) fn kept_aims(aims: &[Aim]) -> Option<String> {
    let named: Vec<Named> = aims.iter().map(|aim| Named::from(*aim)).collect();
    (!named.is_empty()).then(|| serde_json::json!(named).to_string())
}

/// The aims from their kept form.
pub(crate) fn read_aims(text: &str) -> Result<Vec<Aim>> {
    let named: Vec<Named> = serde_json::from_str(text).map_err(|error| Error::Fault(format!("aims {text}: {error}")))?;
    named.into_iter().map(|one| one.aim().ok_or_else(|| Error::Fault(format!("aims {text}: one names nothing")))).collect()
}
