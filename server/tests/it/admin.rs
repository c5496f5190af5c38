//! Staff pages, as a browser without script meets them: forms, cookies, redirects.

mod browser;
mod doors;
mod forms;
mod job;
mod roles;
mod setup;
mod surfaces;
mod trouble;
