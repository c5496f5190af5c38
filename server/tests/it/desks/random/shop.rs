//! One customer's business, twice: at the server and in the model; and what the acts have in common.

use books::calendar::Day;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::model::{Model, Price, Priced, What};
use super::visits::Visits;
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
    /// Its card takes nothing back.
    pub keeps: bool,
    pub dispute: Dispute,
}

/// The customer's saved cards.
pub struct Cards {
    /// The default.
    pub pays: String,
    pub declines: String,
    /// Its holder has to confirm each charge.
    pub asks: String,
}

/// A page of the processor on which nobody paid yet.
#[derive(Debug, Clone)]
pub struct LeftOpen {
    pub payment: String,
    pub page: String,
    pub amount: i64,
    pub targets: Vec<What>,
    pub began: Day,
}

/// An amount that is held.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: String,
    pub amount: i64,
    pub targets: Vec<What>,
    pub parts: Vec<(usize, usize)>,
    pub began: Day,
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
    /// A draft, and the charges that it claims or what its own lines come to.
    pub draft: Option<(String, Result<Vec<usize>, Priced>)>,
    /// What was asked for by mail, and the address of its newest request.
    pub requests: Vec<(What, String)>,
    /// Of each order: its lines in the order in which they came.
    pub lines: Vec<Vec<String>>,
    /// Each line by its name, and its place among all lines of the model.
    pub named_lines: Vec<(String, usize)>,
    lines_written: usize,
    /// Of each charge, credit and write-off of the model, its entry where it can be reversed or billed.
    pub charges: Vec<Option<String>>,
    pub credits: Vec<Option<String>>,
    pub write_offs: Vec<Option<String>>,
    pub payments: Vec<Payment>,
    /// The newest that the schedule made by itself.
    pub scheduled: Option<usize>,
    pub under_way: Vec<UnderWay>,
    /// Charges of which nobody knows what became of them.
    pub unknown: Vec<UnderWay>,
    pub held: Vec<Held>,
    pub left_open: Vec<LeftOpen>,
    pub cards: Cards,
    pub out: Vec<Out>,
    /// Where the API lists invoices of the processor's own that there ever were.
    pub asked_there: Vec<String>,
    pub prc: String,
    pub visits: Option<Visits<'a>>,
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

/// Without tax, or with one of two rates.
pub fn price(number: u64) -> Price {
    let rate = [None, Some(7), Some(19)][usize::try_from(number / 3 % 3).expect("0 to 2")];
    Price { net: amount(number), rate }
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
        let card = async |number: &str| {
            let card = json!({"processor": prc, "token": format!("tok_{number}"), "default": number == VISA});
            id(&made(&format!("/customers/{customer}/methods"), card).await)
        };
        let (pays, declines, asks) = (card(VISA).await, card("4000000000000341").await, card("4000002500003155").await);
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
            named_lines: Vec::new(),
            lines_written: 0,
            charges: Vec::new(),
            credits: Vec::new(),
            write_offs: Vec::new(),
            payments: Vec::new(),
            scheduled: None,
            under_way: Vec::new(),
            unknown: Vec::new(),
            held: Vec::new(),
            left_open: Vec::new(),
            cards: Cards { pays, declines, asks },
            out: Vec::new(),
            asked_there: Vec::new(),
            prc,
            visits: None,
        }
    }

    /// Takes note of what the model has just made and whose entries need no name.
    pub fn note(&mut self) {
        self.charges.resize(self.model.charges.len(), None);
        self.credits.resize(self.model.credits.len(), None);
        self.write_offs.resize(self.model.write_offs.len(), None);
    }

    /// Lines at these prices as the API takes them, each with a name that no other line has.
    pub fn lines_of(&mut self, prices: &[Price]) -> (Vec<Value>, Vec<String>) {
        let mut names = Vec::new();
        let mut line = |price: &Price| {
            self.lines_written += 1;
            let name = format!("Oak no. {}", self.lines_written);
            let kind = if price.net < 0 { "discount" } else { "item" };
            names.push(name.clone());
            json!({"kind": kind, "description": name, "quantity": 1, "unit_amount": price.net,
                "tax_rate": price.rate.map(|rate| rate.to_string())})
        };
        let lines = prices.iter().map(&mut line).collect();
        (lines, names)
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
        self.payments.push(Payment {
            id: id(made),
            credit,
            bank: card.then_some(paid),
            debit: false,
            keeps: false,
            dispute: Dispute::None,
        });
    }

    /// The newest payment in a state, after background work has seen it.
    pub async fn newest_payment(&self, state: &str) -> Value {
        self.office.app.work().await;
        self.office.get(&format!("/payments?limit=1&state={state}")).await.json(200)["data"][0].clone()
    }

    /// The processor's next answer is lost in this way.
    pub async fn fails_next(&self, fault: &str) {
        self.office.post(&format!("/processors/{}/sandbox/faults", self.prc), &json!({"next": [fault]})).await.json(200);
    }

    pub async fn settings(&self, change: Value) -> Result<bool, String> {
        both(&self.office.post("/settings", &change).await, true)
    }

    /// Takes the processor out of use, so that background work has nothing more to follow here.
    pub async fn closes(&self) {
        self.office.post(&format!("/processors/{}/disable", self.prc), &json!({})).await.json(200);
    }
}
