//! Staff pages, as a browser without script meets them: forms, cookies, redirects.

mod apart;
pub mod browser;
mod buttons;
mod doors;
mod e_invoices;
mod forms;
mod invoices;
mod job;
mod keyed;
mod mails;
mod messages;
mod money_back;
mod no_cards;
mod papers;
mod processors;
mod roles;
mod round_trip;
mod setup;
mod surfaces;
mod tables;
mod trouble;
