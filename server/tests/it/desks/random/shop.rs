//! One customer's business, twice: at the server and in the model; and what the acts have in common.

use books::calendar::Day;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::model::{Model, What};
use crate::desks::office::Office;
use crate::kit::Answer;

pub const VISA: &str = "4242424242424242";

/// Something that money can be meant for: in the model, and as the API names it.
pub type Meant = (What, &'static str, String);

/// A payment as the model knows it.
#[derive(Debug, Clone)]
pub struct Payment {
    pub id: String,
    pub credit: usize,
    /// What Sandbox has of it still; none: it came outside.
    pub bank: Option<i64>,
    /// A bank debit: what is given back through the bank is days on its way, so here it is handed out.
    pub debit: bool,
    pub dispute: Dispute,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispute {
    None,
    Open(i64),
    Over,
}

/// A debit on its way.
#[derive(Debug, Clone)]
pub struct UnderWay {
    pub id: String,
    pub amount: i64,
    pub targets: Vec<What>,
    pub parts: Vec<(usize, usize)>,
    pub began: Day,
    /// It has settled; the credit it became.
    pub settled: Option<usize>,
    pub returns: bool,
}

/// An invoice of the processor's own that waits to be paid.
#[derive(Debug, Clone)]
pub struct Out {
    pub what: What,
    /// Where the API lists those of the document.
    pub path: String,
    pub amount: i64,
    pub charges: Vec<usize>,
}

/// An invoice as it was issued.
#[derive(Debug, Clone)]
pub struct Issued {
    pub id: String,
    pub on: Day,
    pub due: Day,
}

pub struct Shop<'a> {
    pub office: Office<'a>,
    pub model: Model,
    pub customer: String,
    /// The customer's payment link, on which any amount can be paid.
    pub link: String,
    pub orders: Vec<String>,
    pub invoices: Vec<Issued>,
    /// A draft, and the charges that it claims or the total of its own lines.
    pub draft: Option<(String, Result<Vec<usize>, i64>)>,
    /// The address of the newest request of each order.
    pub requests: Vec<Option<String>>,
    /// Of each order: its lines in the order in which they came.
    pub lines: Vec<Vec<String>>,
    /// Of each charge, credit and write-off of the model, its entry where it can be reversed or billed.
    pub charges: Vec<Option<String>>,
    pub credits: Vec<Option<String>>,
    pub write_offs: Vec<Option<String>>,
    pub payments: Vec<Payment>,
    /// The newest that the schedule made by itself.
    pub scheduled: Option<usize>,
    pub under_way: Vec<UnderWay>,
    pub out: Vec<Out>,
    /// Where the API lists invoices of the processor's own that there ever were.
    pub asked_there: Vec<String>,
    pub prc: String,
}

/// One of these, by a number.
pub fn pick<T: Clone>(all: &[T], at: u64) -> Option<T> {
    let count = u64::try_from(all.len()).expect("a few");
    (count > 0).then(|| all[usize::try_from(at % count).expect("a place")].clone())
}

/// One of so many, by a number.
pub fn place(of: usize, at: u64) -> Option<usize> {
    pick(&(0..of).collect::<Vec<_>>(), at)
}

/// One of so many by a number; three times of four one with which it can be done, if there is any.
pub fn likely(of: usize, at: u64, can: impl Fn(usize) -> bool) -> Option<usize> {
    let able: Vec<usize> = (0..of).filter(|at| can(*at)).collect();
    match at.is_multiple_of(4) || able.is_empty() {
        true => place(of, at),
        false => pick(&able, at),
    }
}

pub fn amount(number: u64) -> i64 {
    small(number, 60) + 1
}

/// From 0 to below `most`.
pub fn small(number: u64, most: u64) -> i64 {
    i64::try_from(number % most).expect("a small number")
}

/// Whether it was done, where the answer is one of those that an act may have.
fn done(answer: &Answer) -> Result<bool, String> {
    match answer.status.as_u16() {
        200..=202 => Ok(true),
        409 | 422 => Ok(false),
        other => Err(format!("{other}: {}", answer.text)),
    }
}

/// What both say; where they do not say the same, that.
pub fn both(answer: &Answer, model: bool) -> Result<bool, String> {
    match done(answer)? == model {
        true => Ok(model),
        false => Err(format!("the model says {model}, the server {}: {}", answer.status, answer.text)),
    }
}

pub fn id(of: &Value) -> String {
    of["id"].as_str().expect("an id").to_owned()
}

pub fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).expect("an answer in JSON")
}

impl<'a> Shop<'a> {
    pub async fn open(office: Office<'a>) -> Shop<'a> {
        let made = async |path: &str, body: Value| office.post(path, &body).await.json(201);
        let prc = id(&made("/processors", json!({"kind": "sandbox", "settings": {}})).await);
        let customer = id(&made("/customers", json!({"name": "Fern & Field", "email": "pay@fern.example"})).await);
        let card = json!({"processor": prc, "token": format!("tok_{VISA}")});
        made(&format!("/customers/{customer}/methods"), card).await;
        let link = made(&format!("/customers/{customer}/links"), json!({"policy": "any"})).await;
        let link = link["url"].as_str().expect("a URL").to_owned();
        Shop {
            model: Model::new(office.today()),
            office,
            customer,
            link,
            orders: Vec::new(),
            invoices: Vec::new(),
            draft: None,
            requests: Vec::new(),
            lines: Vec::new(),
            charges: Vec::new(),
            credits: Vec::new(),
            write_offs: Vec::new(),
            payments: Vec::new(),
            scheduled: None,
            under_way: Vec::new(),
            out: Vec::new(),
            asked_there: Vec::new(),
            prc,
        }
    }

    /// Takes note of what the model has just made and whose entries need no name.
    pub fn note(&mut self) {
        self.charges.resize(self.model.charges.len(), None);
        self.credits.resize(self.model.credits.len(), None);
        self.write_offs.resize(self.model.write_offs.len(), None);
    }

    pub fn line(number: u64) -> Value {
        json!({"kind": "item", "description": "Oak", "quantity": 1, "unit_amount": amount(number)})
    }

    pub fn due_day(&self, number: u64) -> Day {
        self.model.today.saturating_add(small(number, 5).days())
    }

    /// Something that money can be meant for: an order, an invoice that stands, a charge by hand.
    pub fn meant(&self, number: u64) -> Option<Meant> {
        let orders = self.orders.iter().enumerate().map(|(at, id)| (What::Order(at), "order", id.clone()));
        let invoices = self.invoices.iter().enumerate().filter(|(at, _)| !self.model.invoices[*at]);
        let invoices = invoices.map(|(at, issued)| (What::Invoice(at), "invoice", issued.id.clone()));
        let charges = self.charges.iter().enumerate().filter_map(|(at, id)| Some((What::Charge(at), "entry", id.clone()?)));
        pick(&orders.chain(invoices).chain(charges).collect::<Vec<_>>(), number)
    }

    pub fn document(&self, number: u64) -> Option<Meant> {
        self.meant(number).filter(|(what, ..)| !matches!(what, What::Charge(_)))
    }

    /// Parts for several of them, each named once: in the model, and as the API takes them.
    pub fn parts(&self, wanted: &[(u64, i64)]) -> (Vec<(What, i64)>, Vec<Value>) {
        let (mut targets, mut parts): (Vec<(What, i64)>, Vec<Value>) = (Vec::new(), Vec::new());
        for (number, part) in wanted {
            if let Some((what, word, id)) =
                self.meant(*number).filter(|(what, ..)| targets.iter().all(|(known, _)| known != what))
            {
                parts.push(json!({word: id, "amount": part}));
                targets.push((what, *part));
            }
        }
        (targets, parts)
    }

    /// Money came in: its payment, and the entry of one that can be reversed.
    pub fn received(&mut self, made: &Value, credit: usize, card: bool) {
        self.note();
        let paid = made["amount"].as_i64().expect("an amount");
        if !card {
            self.credits[credit] = made["entry"].as_str().map(str::to_owned);
        }
        self.payments.push(Payment { id: id(made), credit, bank: card.then_some(paid), debit: false, dispute: Dispute::None });
    }

    /// The newest payment in a state, after background work has seen it.
    pub async fn newest_payment(&self, state: &str) -> Value {
        self.office.app.work().await;
        self.office.get(&format!("/payments?limit=1&state={state}")).await.json(200)["data"][0].clone()
    }

    pub async fn settings(&self, change: Value) -> Result<bool, String> {
        both(&self.office.post("/settings", &change).await, true)
    }

    /// Takes the processor out of use, so that background work has nothing more to follow here.
    pub async fn closes(&self) {
        self.office.post(&format!("/processors/{}/disable", self.prc), &json!({})).await.json(200);
    }
}
