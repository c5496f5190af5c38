//! Background work: what runs, what waits, what gave up.

use askama::Template;

use crate::view::shell::{Section, Shell};
use crate::view::{Chip, Link, Moment, filters};

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
