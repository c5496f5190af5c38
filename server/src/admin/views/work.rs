//! Background work: what runs, what waits, what gave up.

use askama::Template;

use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Link, Moment, Tab, filters};

/// Jobs and dead letters.
#[derive(Template)]
#[template(path = "admin/work.html")]
pub struct WorkPage {
    pub shell: Shell,
    pub jobs: Vec<JobRow>,
    pub dead: Vec<DeadRow>,
    pub key: String,
}

/// One kind of background work.
pub struct JobRow {
    pub name: String,
    pub what: String,
    pub waiting: u64,
    pub status: Chip,
    pub next: Option<Moment>,
}

/// Work that was given up after its last try.
pub struct DeadRow {
    pub id: String,
    pub name: String,
    pub about: Option<Link>,
    pub error: String,
    pub tries: u64,
    pub at: Moment,
}

/// Acts above somebody's limit that wait for another person, or were decided.
#[derive(Template)]
#[template(path = "admin/approvals.html")]
pub struct ApprovalList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub rows: Vec<ApprovalRow>,
}

/// One act above somebody's limit.
pub struct ApprovalRow {
    pub what: &'static str,
    pub about: Link,
    pub amount: Amount,
    pub asked_by: String,
    pub asked: Moment,
    pub reason: String,
    /// How it was decided; none while it waits.
    pub state: Option<Chip>,
    /// Approve, reject.
    pub actions: Vec<Action>,
}
