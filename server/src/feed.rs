//! Tells open pages what changed: follows the events that acts leave, of this node and of all others.
//!
//! Invariant: a page is told that something changed, never what; it reads the truth itself. Events of another node may become
//! visible a little late, so the last seconds are read again and told once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use books::ids::EventId;
use engine::store::event::{self, Change};

use crate::app::App;
use crate::live::Topic;

/// How often events are looked for.
const PULSE: Duration = Duration::from_millis(150);
/// How far back they are looked for each time.
const LOOK_BACK_SECONDS: i64 = 5;

/// Runs until the process ends.
pub async fn follow(app: Arc<App>) {
    let mut told: HashSet<EventId> = HashSet::new();
    let began = app.services.db.clock().now();
    loop {
        tokio::time::sleep(PULSE).await;
        if app.stop.is_set() {
            return;
        }
        let since = app.services.db.clock().now().plus_seconds(-LOOK_BACK_SECONDS).max(began.plus_seconds(-1));
        match event::changes(&app.services.db, since).await {
            Ok(changes) => {
                let recent: HashSet<EventId> = changes.iter().map(|change| change.id).collect();
                changes.iter().filter(|change| !told.contains(&change.id)).for_each(|change| tell(&app, change));
                told = recent;
            }
            Err(error) => tracing::warn!(%error, "open pages could not be told of changes; it is tried again"),
        }
    }
}

fn tell(app: &App, change: &Change) {
    app.hub.publish(change.business_id, Topic::Business, &change.kind);
    if let Some(customer) = change.customer_id {
        app.hub.publish(change.business_id, Topic::Customer(customer), &change.kind);
    }
}
