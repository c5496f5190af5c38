//! A payment as programs write it: how it came, what it is for, and which act that is.

use books::account::Target;
use books::ids::{CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use engine::error::FieldError;
use engine::flows::charge_saved::{Charging, Which};
use engine::flows::hold_amount::Expected;
use engine::flows::record_payment::{Part, Received};
use engine::flows::take_in_person::Tender;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::values::{Amount, Currency, Day, ExternalKind};
use crate::respond::Problem;

/// Money that came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    #[schema(value_type = String)]
    customer: CustomerId,
    amount: Amount,
    currency: Currency,
    method: Method,
    /// The order it pays; the rest stays on the balance.
    #[schema(value_type = Option<String>)]
    order: Option<OrderId>,
    /// The invoice it pays; the rest stays on the balance.
    #[schema(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// What it pays, in this order; absent: oldest due first.
    #[serde(default)]
    #[schema(max_items = 1000)]
    allocations: Vec<NewPart>,
    #[schema(max_length = 10000)]
    memo: Option<String>,
    /// Record it although another payment of the same document is under way.
    #[serde(default)]
    despite_pending: bool,
    /// Mail a receipt; absent: as the business has set.
    receipt: Option<bool>,
}

/// How it came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Method {
    /// It came some other way and is recorded only.
    External {
        kind: ExternalKind,
        #[schema(max_length = 200)]
        reference: Option<String>,
        /// Absent: today.
        received_on: Option<Day>,
    },
    /// A saved method is charged now, while its holder is away; never more than is due.
    Saved {
        /// The method's id, or `default`.
        id: String,
    },
    /// Over the counter.
    InPerson(InPerson),
}

/// What was handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum InPerson {
    Check {
        /// Needed.
        #[schema(max_length = 200)]
        number: Option<String>,
        #[schema(max_length = 200)]
        bank: Option<String>,
        dated_on: Option<Day>,
    },
    Cash {
        /// Needed: what was handed over, at least the amount.
        tendered: Option<Amount>,
    },
    /// An amount that was held on a card is taken.
    Card {
        /// The payment that holds exactly this amount.
        #[schema(value_type = Option<String>)]
        authorization: Option<PaymentId>,
    },
}

/// What a new payment is: recorded, charged, or taken from what is held.
pub enum Doing {
    Record(Received, Option<Tender>),
    Charge(Charging),
    Take(PaymentId, Expected),
}

/// Part of a payment and what it is for: exactly one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    #[schema(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    #[schema(value_type = Option<String>)]
    order: Option<OrderId>,
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
    amount: Amount,
}

impl NewPart {
    pub fn part(&self, at: usize) -> Result<Part, Problem> {
        let target = match (self.invoice, self.order, self.entry) {
            (Some(invoice), None, None) => Target::Invoice(invoice),
            (None, Some(order), None) => Target::Order(order),
            (None, None, Some(entry)) => Target::Entry(entry),
            _ => return Err(wrong(format!("allocations[{at}]"), "Name one invoice, order or entry.")),
        };
        Ok(Part { target, amount: Some(self.amount.0) })
    }
}

pub fn wrong(field: String, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError { field, code: "INVALID", detail: detail.to_owned() }])
}

impl NewPayment {
    fn parts(&self) -> Result<Vec<Part>, Problem> {
        let whole = |target| Ok(vec![Part { target, amount: None }]);
        match (self.order, self.invoice) {
            (Some(_), Some(_)) => Err(wrong("invoice".to_owned(), "Name either an order or an invoice.")),
            (Some(_), _) | (_, Some(_)) if !self.allocations.is_empty() => {
                Err(wrong("allocations".to_owned(), "Name either one document or allocations."))
            }
            (Some(order), None) => whole(Target::Order(order)),
            (None, Some(invoice)) => whole(Target::Invoice(invoice)),
            (None, None) => self.allocations.iter().enumerate().map(|(at, part)| part.part(at)).collect(),
        }
    }

    pub fn doing(self) -> Result<Doing, Problem> {
        let parts = self.parts()?;
        let (kind, reference, received_on, tender) = match self.method {
            Method::Saved { id } => {
                let method = which(&id, "method.id")?;
                let all = Charging::all(self.customer, self.currency.0, method, parts);
                return Ok(Doing::Charge(Charging { amount: Some(self.amount.0), memo: self.memo, ..all }));
            }
            Method::InPerson(InPerson::Card { authorization }) => {
                let missing =
                    || Problem::from(engine::error::Error::refused("NOT_AUTHORIZED", "authorize the card for this amount first"));
                let expected = Expected { customer: self.customer, amount: self.amount.0, currency: self.currency.0 };
                return Ok(Doing::Take(authorization.ok_or_else(missing)?, expected));
            }
            Method::External { kind, reference, received_on } => (kind.0.to_string(), reference, received_on, None),
            Method::InPerson(InPerson::Check { number, bank, dated_on }) => {
                (String::new(), None, None, Some(Tender::Check { number, bank, dated_on: dated_on.map(|day| day.0) }))
            }
            Method::InPerson(InPerson::Cash { tendered }) => {
                (String::new(), None, None, Some(Tender::Cash { tendered: tendered.map(|amount| amount.0) }))
            }
        };
        let received = Received {
            customer: self.customer,
            amount: self.amount.0,
            currency: self.currency.0,
            kind,
            reference,
            received_on: received_on.map(|day| day.0),
            memo: self.memo,
            parts,
            despite_pending: self.despite_pending,
            receipt: self.receipt,
            tendered: None,
            category: None,
            description: None,
        };
        Ok(Doing::Record(received, tender))
    }
}

/// A saved method as a program names it: by its id, or `default`.
pub fn which(named: &str, field: &str) -> Result<Which, Problem> {
    match named {
        "default" => Ok(Which::Default),
        id => id.parse().map(Which::One).map_err(|_| wrong(field.to_owned(), "Name a saved method, or default.")),
    }
}
