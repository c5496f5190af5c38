//! What each rule does where the worked numbers are silent: a file for each noun that the rules speak of.

mod displaced;
mod invoices;
mod money;
mod orders;
