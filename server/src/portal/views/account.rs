//! The portal's pages: the doors, one account with what is open, its statement, and what staff hand over.

use askama::Template;
use locale::Tongue;

use super::PayBox;
use super::documents::{RecentEntry, Standing};
use crate::view::form::Field;
use crate::view::shell::PayerShell;
use crate::view::statement::StatementView;
use crate::view::{Amount, Chip, Day, Link, Tab, filters};

/// Asks for an address to mail a way in to.
#[derive(Template)]
#[template(path = "portal/sign_in.html")]
pub struct SignInPage {
    pub tongue: Tongue,
    /// The only business of the installation; none: there are several, and nobody has shown a right to know them.
    pub business: Option<String>,
    pub email: Field,
}

/// Says that a way in was mailed if the address is known.
#[derive(Template)]
#[template(path = "portal/asked.html")]
pub struct AskedPage {
    pub tongue: Tongue,
    pub business: Option<String>,
    pub email: String,
}

/// The button behind a mailed link.
#[derive(Template)]
#[template(path = "portal/enter.html")]
pub struct EnterPage {
    pub shell: PayerShell,
    pub action: String,
}

/// Several customers share one address: which account.
#[derive(Template)]
#[template(path = "portal/choose.html")]
pub struct ChoosePage {
    pub shell: PayerShell,
    pub accounts: Vec<Link>,
}

/// A document or charge of which something is open.
pub struct OpenRow {
    /// TypeID: the value of its check box.
    pub id: String,
    pub name: String,
    pub href: Option<String>,
    pub on: Day,
    pub due_on: Option<Day>,
    pub is_late: bool,
    pub due: Amount,
    /// A payment for it is on its way: it cannot be chosen.
    pub reserved: bool,
    pub chosen: bool,
}

/// An order or application, paid or not.
pub struct OrderedRow {
    pub href: String,
    pub name: String,
    pub on: Day,
    pub status: Chip,
    pub total: Amount,
}

/// An issued invoice, paid or not.
pub struct InvoicedRow {
    pub href: String,
    pub number: String,
    pub on: Day,
    pub due_on: Option<Day>,
    pub status: Chip,
    pub total: Amount,
    pub due: Amount,
}

/// A payment with its receipt.
pub struct PaidRow {
    pub href: String,
    pub number: String,
    pub method: String,
    pub on: Day,
    pub status: Chip,
    pub amount: Amount,
}

/// A saved method, as far as anybody may know it.
pub struct SavedRow {
    pub id: String,
    /// `Visa ending 4242`.
    pub name: String,
    /// `2030-12`; empty where it does not end.
    pub expires: String,
    pub is_default: bool,
    pub is_expired: bool,
}

/// A statement that was sent.
pub struct SentStatement {
    pub href: String,
    pub from: Day,
    pub to: Day,
    pub closing: Amount,
}

/// One account: what is owed and how to pay it, what was ordered, paid and sent.
#[derive(Template)]
#[template(path = "portal/account.html")]
pub struct AccountPage {
    pub shell: PayerShell,
    pub base: String,
    pub customer: String,
    pub standing: Standing,
    pub amount: Amount,
    pub overdue: Amount,
    /// One for each currency; empty when there is one.
    pub currencies: Vec<Tab>,
    pub currency: &'static str,
    pub key: String,
    pub open: Vec<OpenRow>,
    /// What all of it comes to, free credit taken off.
    pub all: Amount,
    /// Why nothing can be paid here at present; empty: it can.
    pub not_payable: String,
    /// Who takes the card, and that we never see it.
    pub assurance: String,
    /// Staff act for the customer: they may hand the payment over.
    pub may_hand_over: bool,
    pub refused: Option<String>,
    pub invoices: Vec<InvoicedRow>,
    pub orders: Vec<OrderedRow>,
    pub payments: Vec<PaidRow>,
    pub methods: Vec<SavedRow>,
    /// A live processor has a page to save a card on.
    pub may_save: bool,
    pub statements: Vec<SentStatement>,
    pub recent: Vec<RecentEntry>,
}

impl AccountPage {
    /// Something can be chosen and paid.
    pub fn can_pay(&self) -> bool {
        self.not_payable.is_empty() && self.open.iter().any(|row| !row.reserved)
    }
}

/// The account over some days.
#[derive(Template)]
#[template(path = "portal/account_statement.html")]
pub struct AccountStatementPage {
    pub shell: PayerShell,
    pub base: String,
    pub from: Field,
    pub to: Field,
    pub currency: &'static str,
    pub pdf: String,
    /// None: the days cannot be used.
    pub statement: Option<StatementView>,
}

/// A statement behind a link that was mailed.
#[derive(Template)]
#[template(path = "portal/statement.html")]
pub struct StatementPage {
    pub shell: PayerShell,
    pub base: String,
    pub statement: StatementView,
    pub paybox: PayBox,
}

/// Documents chosen to be paid together, behind a link.
#[derive(Template)]
#[template(path = "portal/chosen.html")]
pub struct ChosenPage {
    pub shell: PayerShell,
    pub base: String,
    pub customer: String,
    pub due: Amount,
    pub charges: Vec<ChosenRow>,
    /// The last day on which the link works.
    pub works_until: Day,
    pub paybox: PayBox,
}

/// One charge of a choice.
pub struct ChosenRow {
    pub description: String,
    pub on: Day,
    pub due_on: Option<Day>,
    pub open: Amount,
}

/// A payment that staff prepared: the link over it, for the customer to finish.
#[derive(Template)]
#[template(path = "portal/handed.html")]
pub struct HandedPage {
    pub shell: PayerShell,
    pub home: String,
    pub customer: String,
    pub due: Amount,
    pub url: String,
    pub qr: String,
    pub sms: String,
    pub works_until: Day,
    /// Where a button mails it; none: the customer has no address.
    pub mail: Option<String>,
    pub key: String,
}
