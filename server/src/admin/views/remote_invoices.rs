//! The form that has a processor make, mail and collect an invoice.

use askama::Template;

use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Choice, Link, filters};

/// *Invoice from Square* of an order or invoice.
#[derive(Template)]
#[template(path = "admin/requests/remote.html")]
pub struct RemoteInvoiceForm {
    pub shell: Shell,
    pub list: Link,
    pub document: Link,
    /// Where it is posted: `/admin/orders/ID/remote-invoices`.
    pub action: String,
    /// `Invoice from Square`.
    pub title: String,
    pub customer: String,
    /// What it asks for: the amount due now.
    pub amount: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// The contact's address, prefilled.
    pub to: Field,
    pub due_on: Field,
    pub message: Field,
    /// The connections that can; shown where there are several.
    pub processors: Vec<Choice>,
}
