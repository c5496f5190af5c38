//! Staff pages, as a browser without script meets them: forms, cookies, redirects.

pub mod browser;
mod buttons;
mod doors;
mod e_invoices;
mod forms;
mod invoices;
mod job;
mod mails;
mod messages;
mod money_back;
mod no_cards;
mod papers;
mod processors;
mod roles;
mod setup;
mod surfaces;
mod tables;
mod trouble;
