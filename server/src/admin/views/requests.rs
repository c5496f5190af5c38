//! Payment requests: the form of one, and the list of all.

use askama::Template;

use super::documents::RequestRow;
use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Link, Pager, Tab, filters};

/// *Request payment* of an order.
#[derive(Template)]
#[template(path = "admin/requests/new.html")]
pub struct RequestForm {
    pub shell: Shell,
    pub list: Link,
    pub document: Link,
    /// Where it is posted: `/admin/orders/ID/payment-requests`.
    pub action: String,
    pub customer: String,
    /// What is asked: the amount due now.
    pub amount: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// The contact's address, prefilled.
    pub to: Field,
    /// Any number of addresses, one a line or separated by commas.
    pub cc: Field,
    pub message: Field,
    /// *Send email notification upon payment*.
    pub notify: Field,
    /// Staff addresses, the default ones ticked.
    pub notify_known: Vec<Tick>,
    /// Further addresses.
    pub notify_more: Field,
}

/// All requests, newest first.
#[derive(Template)]
#[template(path = "admin/requests/list.html")]
pub struct RequestList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub rows: Vec<RequestRow>,
    pub pager: Pager,
}
