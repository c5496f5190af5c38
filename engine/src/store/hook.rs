//! What processors told us, verified and stored before it is followed.

use books::calendar::Instant;
use books::ids::{AttemptId, BusinessId, ConnectionId};
use processors::Reference;
use serde::{Deserialize, Serialize};

use crate::db::table;

/// One thing a webhook is about: which to look at, and whose it is if it says so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    pub about: Reference,
    pub attempt: Option<AttemptId>,
}

table! {
    /// One delivery of one webhook; a second one with the same id is the same.
    pub struct HookDelivery in hook_delivery key(business_id, connection_id, dedupe_id) {
        pub business_id: BusinessId,
        pub connection_id: ConnectionId,
        pub dedupe_id: String,
        /// As it was received.
        pub body: String,
        /// JSON: what it is about, as [`Told`].
        pub hints: String,
        pub received_at: Instant,
    }
}
