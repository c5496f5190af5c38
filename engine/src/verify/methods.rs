//! Saved methods: at most one default of each customer, and it can be charged.

use std::collections::HashMap;

use books::ids::{CustomerId, MethodId};

use super::Audit;
use super::rows::Rows;

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let mut chosen: HashMap<CustomerId, MethodId> = HashMap::new();
    for method in rows.methods.iter().filter(|method| method.is_default) {
        if method.removed_at.is_some() {
            audit.say("M1", method.id, "the default", "it was removed");
        }
        if let Some(first) = chosen.insert(method.customer_id, method.id) {
            audit.say("M1", method.customer_id, format!("one default, {first}"), method.id);
        }
    }
}
