//! What is done at random, through the API and in the model: the same act, and the same answer to whether it can be done.

use books::calendar::Day;
use jiff::ToSpan;
use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use super::model::{Model, OrderState, What};
use crate::desks::office::Office;
use crate::kit::Answer;

const VISA: &str = "4242424242424242";
/// A debit that settles after three days; one that then comes back.
const DEBITS: [&str; 2] = ["000123456789", "000222222227"];
const SETTLES_AFTER: i64 = 3;
const RETURNS_AFTER: i64 = 5;

macro_rules! kinds {
    ($($name:ident = $weight:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($name),* }

        /// Each as often as its weight says.
        const KINDS: &[(Kind, u64)] = &[$((Kind::$name, $weight)),*];
    };
}

kinds! {
    Order = 9, Application = 3, Add = 5, Remove = 6, Discount = 2, Cancel = 1, Complete = 1, Approve = 3,
    BillOrder = 8, BillLines = 4, BillCharges = 3, Void = 3, CreditNote = 5, GiveUp = 4,
    Cash = 4, Split = 4, InPerson = 1, PayLink = 4, PayRequest = 6, Debit = 7, Saved = 6, Hold = 6,
    Refund = 5, DeskRefund = 4, Dispute = 4, Decide = 8, Reverse = 3, ReverseCharge = 2, Reapply = 5, PayOut = 3,
    ChargeByHand = 4, CreditByHand = 2, Adjust = 2, Message = 1, Days = 6,
}

impl Kind {
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(|(kind, _)| *kind)
    }
}

/// An act, with numbers that choose among what exists when it is done.
#[derive(Debug, Clone, Copy)]
pub struct Act(pub Kind, pub u64, pub u64, pub u64);

impl Act {
    pub fn thrown([which, a, b, c]: [u64; 4]) -> Act {
        let mut left = which % KINDS.iter().map(|(_, weight)| weight).sum::<u64>();
        for (kind, weight) in KINDS {
            if left < *weight {
                return Act(*kind, a % 1_000, b % 1_000, c % 1_000);
            }
            left -= weight;
        }
        unreachable!("the weights come to their sum")
    }
}

/// Something that money can be meant for: in the model, and as the API names it.
type Meant = (What, &'static str, String);

/// A payment as the model knows it.
#[derive(Debug, Clone)]
struct Payment {
    id: String,
    credit: usize,
    /// What Sandbox has of it still; none: it came outside.
    bank: Option<i64>,
    /// A bank debit: what is given back through the bank is days on its way, so here it is handed out.
    debit: bool,
    dispute: Dispute,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dispute {
    None,
    Open(i64),
    Over,
}

/// A debit on its way.
#[derive(Debug, Clone)]
struct UnderWay {
    id: String,
    amount: i64,
    targets: Vec<What>,
    parts: Vec<(usize, usize)>,
    began: Day,
    /// It has settled; the credit it became.
    settled: Option<usize>,
    returns: bool,
}

/// One customer's business, twice: at the server and in the model.
pub struct Shop<'a> {
    pub office: Office<'a>,
    pub model: Model,
    pub customer: String,
    /// The customer's payment link, on which any amount can be paid.
    pub link: String,
    pub orders: Vec<String>,
    pub invoices: Vec<String>,
    /// The address of the newest request of each order.
    pub requests: Vec<Option<String>>,
    /// Of each order: its lines in the order in which they came.
    lines: Vec<Vec<String>>,
    /// Of each charge and credit of the model, its entry where it can be reversed or billed.
    charges: Vec<Option<String>>,
    credits: Vec<Option<String>>,
    payments: Vec<Payment>,
    under_way: Vec<UnderWay>,
    prc: String,
}

/// One of these, by a number.
fn pick<T: Clone>(all: &[T], at: u64) -> Option<T> {
    let count = u64::try_from(all.len()).expect("a few");
    (count > 0).then(|| all[usize::try_from(at % count).expect("a place")].clone())
}

fn amount(number: u64) -> i64 {
    i64::try_from(number % 60).expect("a small number") + 1
}

/// Whether it was done, where the answer is one of those that an act may have.
fn done(answer: &Answer) -> Result<bool, String> {
    match answer.status.as_u16() {
        200..=202 => Ok(true),
        409 | 422 => Ok(false),
        other => Err(format!("{other}: {}", answer.text)),
    }
}

fn both(answer: &Answer, model: bool) -> Result<bool, String> {
    match done(answer)? == model {
        true => Ok(model),
        false => Err(format!("the model says {model}, the server {}: {}", answer.status, answer.text)),
    }
}

fn id(of: &Value) -> String {
    of["id"].as_str().expect("an id").to_owned()
}

fn parsed(answer: &Answer) -> Value {
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
        let model = Model::new(office.today());
        let (orders, invoices, requests, lines) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (charges, credits, payments, under_way) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Shop { office, model, customer, link, orders, invoices, requests, lines, charges, credits, payments, under_way, prc }
    }

    /// Does it on both sides. Answers whether it was done, or what they disagree about.
    pub async fn does(&mut self, act: &Act) -> Result<bool, String> {
        let Act(kind, a, b, c) = *act;
        match kind {
            Kind::Order | Kind::Application => self.order(kind == Kind::Application, a, b).await,
            Kind::Add | Kind::Remove | Kind::Discount => self.amend(kind, a, b).await,
            Kind::Cancel | Kind::Complete | Kind::Approve => self.decide(kind, a).await,
            Kind::BillOrder => self.bill_order(a, b).await,
            Kind::BillLines | Kind::BillCharges => self.bill(kind, a, b).await,
            Kind::Void | Kind::CreditNote | Kind::GiveUp => self.take_back(kind, a, b).await,
            Kind::Cash | Kind::Split | Kind::InPerson => self.cash(kind, a, b, c).await,
            Kind::PayLink | Kind::PayRequest => self.pays(kind == Kind::PayRequest, a, b).await,
            Kind::Debit => self.debit(a, b, c).await,
            Kind::Saved => self.saved(a, b).await,
            Kind::Hold => self.hold(a, b, c).await,
            Kind::Refund => self.refund(a, b, c).await,
            Kind::DeskRefund | Kind::Dispute | Kind::Decide => self.at_the_bank(kind, a, b).await,
            Kind::Reverse | Kind::ReverseCharge => self.reverse(kind == Kind::ReverseCharge, a).await,
            Kind::Reapply => self.reapply(a, b, c).await,
            Kind::PayOut => {
                let body = json!({"amount": amount(a), "currency": "USD", "reason": "Asked for"});
                let answer = self.office.post(&format!("/customers/{}/payouts", self.customer), &body).await;
                both(&answer, self.model.pay_out(amount(a)))
            }
            Kind::ChargeByHand | Kind::CreditByHand | Kind::Adjust => self.by_hand(kind, a, b).await,
            Kind::Message => self.message().await,
            Kind::Days => self.days(a).await,
        }
    }

    /// Takes note of charges and credits that the model has just made and whose entries need no name.
    fn note(&mut self) {
        self.charges.resize(self.model.charges.len(), None);
        self.credits.resize(self.model.credits.len(), None);
    }

    fn line(number: u64) -> Value {
        json!({"kind": "item", "description": "Oak", "quantity": 1, "unit_amount": amount(number)})
    }

    async fn order(&mut self, application: bool, a: u64, b: u64) -> Result<bool, String> {
        let gross: Vec<u64> = (0..=a % 3).map(|at| b + at * 17).collect();
        let lines: Vec<Value> = gross.iter().map(|number| Shop::line(*number)).collect();
        let (kind, state) = if application { ("application", "submitted") } else { ("order", "confirmed") };
        let body = json!({"customer": self.customer, "kind": kind, "currency": "USD", "state": state, "lines": lines});
        let answer = self.office.post("/orders", &body).await;
        both(&answer, true)?;
        let made = parsed(&answer);
        let gross: Vec<i64> = gross.iter().map(|number| amount(*number)).collect();
        self.model.order(&gross, if application { OrderState::Submitted } else { OrderState::Confirmed });
        self.orders.push(id(&made));
        self.requests.push(None);
        self.lines.push(made["lines"].as_array().expect("lines").iter().map(id).collect());
        self.note();
        Ok(true)
    }

    async fn amend(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = pick(&(0..self.orders.len()).collect::<Vec<_>>(), a) else { return Ok(false) };
        let known = self.lines[at].clone();
        let line = pick(&(0..known.len()).collect::<Vec<_>>(), b).expect("an order has lines");
        let (body, model) = match kind {
            Kind::Add => (json!({"reason": "items_added", "lines": [Shop::line(b)]}), self.model.add(at, amount(b))),
            Kind::Remove => (json!({"reason": "correction", "remove": [known[line]]}), self.model.remove(at, line)),
            _ => {
                let less = json!({"kind": "discount", "description": "Less", "quantity": 1, "unit_amount": -amount(b)});
                (json!({"reason": "other", "lines": [less]}), self.model.discount(at, amount(b)))
            }
        };
        let answer = self.office.post(&format!("/orders/{}/amendments", self.orders[at]), &body).await;
        let done = both(&answer, model)?;
        if done && kind == Kind::Add {
            let now: Vec<String> = parsed(&answer)["lines"]
                .as_array()
                .expect("lines")
                .iter()
                .filter(|line| line["kind"] == "item")
                .map(id)
                .collect();
            let fresh = now.into_iter().find(|id| !known.contains(id)).expect("the line that was added");
            self.lines[at].push(fresh);
        }
        self.note();
        Ok(done)
    }

    async fn decide(&mut self, kind: Kind, a: u64) -> Result<bool, String> {
        let Some(at) = pick(&(0..self.orders.len()).collect::<Vec<_>>(), a) else { return Ok(false) };
        let (word, model) = match kind {
            Kind::Cancel => ("cancel", self.model.cancel(at)),
            Kind::Complete => ("complete", self.model.moves(at, OrderState::Confirmed, OrderState::Completed)),
            _ => ("approve", self.model.moves(at, OrderState::Submitted, OrderState::Approved)),
        };
        let answer = self.office.post(&format!("/orders/{}/{word}", self.orders[at]), &json!({})).await;
        both(&answer, model)
    }

    fn due_day(&self, number: u64) -> Day {
        self.model.today.saturating_add(i64::try_from(number % 20).expect("a few days").days())
    }

    async fn bill_order(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = pick(&(0..self.orders.len()).collect::<Vec<_>>(), a) else { return Ok(false) };
        let due = self.due_day(b);
        let body = json!({"description": "What remains", "due_on": due.to_string()});
        let answer = self.office.post(&format!("/orders/{}/invoices", self.orders[at]), &body).await;
        let done = both(&answer, self.model.bill_order(at, due))?;
        if done {
            self.invoices.push(id(&parsed(&answer)));
        }
        Ok(done)
    }

    /// From lines of its own, or from open charges by hand.
    async fn bill(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let due = self.due_day(b);
        let mut body = json!({"customer": self.customer, "currency": "USD", "due_on": due.to_string()});
        let open = |at: &usize| {
            let charge = &self.model.charges[*at];
            charge.by_hand && charge.invoice.is_none() && self.charges[*at].is_some() && self.model.open_of(*at) > 0
        };
        let charges: Vec<usize> =
            (0..self.model.charges.len()).filter(open).skip(usize::try_from(a % 2).expect("0 or 1")).collect();
        if kind == Kind::BillLines {
            body["lines"] = json!([Shop::line(a)]);
        } else if charges.is_empty() {
            return Ok(false);
        } else {
            body["entries"] = charges.iter().map(|at| json!(self.charges[*at])).collect();
        }
        let draft = self.office.post("/invoices", &body).await;
        both(&draft, true)?;
        let invoice = id(&parsed(&draft));
        both(&self.office.post(&format!("/invoices/{invoice}/issue"), &json!({})).await, true)?;
        match kind {
            Kind::BillLines => self.model.bill_lines(amount(a), due),
            _ => self.model.bill_charges(&charges, due),
        }
        self.invoices.push(invoice);
        self.note();
        Ok(true)
    }

    async fn take_back(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = pick(&(0..self.invoices.len()).collect::<Vec<_>>(), a) else { return Ok(false) };
        let part = (!b.is_multiple_of(3)).then(|| amount(b));
        let (word, body, model) = match kind {
            Kind::Void => ("void", json!({"reason": "Wrong"}), self.model.void(at)),
            Kind::CreditNote => {
                ("credit-notes", json!({"amount": amount(b), "reason": "Damaged"}), self.model.credit_note(at, amount(b)))
            }
            _ => ("write-offs", json!({"amount": part, "reason": "Goodwill"}), self.model.give_up(at, part)),
        };
        let answer = self.office.post(&format!("/invoices/{}/{word}", self.invoices[at]), &body).await;
        both(&answer, model)
    }

    /// Something that money can be meant for: an order, an invoice that stands, a charge by hand.
    fn meant(&self, number: u64) -> Option<Meant> {
        let orders = self.orders.iter().enumerate().map(|(at, id)| (What::Order(at), "order", id.clone()));
        let invoices = self.invoices.iter().enumerate().filter(|(at, _)| !self.model.invoices[*at]);
        let invoices = invoices.map(|(at, id)| (What::Invoice(at), "invoice", id.clone()));
        let charges = self.charges.iter().enumerate().filter_map(|(at, id)| Some((What::Charge(at), "entry", id.clone()?)));
        pick(&orders.chain(invoices).chain(charges).collect::<Vec<_>>(), number)
    }

    fn document(&self, number: u64) -> Option<Meant> {
        self.meant(number).filter(|(what, ..)| !matches!(what, What::Charge(_)))
    }

    /// Money over the counter: for one document, for parts of several, or on account.
    async fn cash(&mut self, kind: Kind, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let paid = amount(a) * (1 + i64::try_from(c % 3).expect("0 to 2"));
        let mut body = json!({"customer": self.customer, "amount": paid, "currency": "USD", "despite_pending": c.is_multiple_of(4),
            "method": {"type": "external", "kind": "cash"}});
        let mut targets: Vec<(What, Option<i64>)> = Vec::new();
        if kind == Kind::Split {
            let mut parts = Vec::new();
            for (number, part) in [(b, amount(b / 7)), (b + 1, amount(c / 7))] {
                if let Some((what, word, id)) =
                    self.meant(number).filter(|(what, ..)| targets.iter().all(|(known, _)| known != what))
                {
                    parts.push(json!({word: id, "amount": part}));
                    targets.push((what, Some(part)));
                }
            }
            body["allocations"] = json!(parts);
        } else if let Some((what, word, id)) = self.document(b).filter(|_| !b.is_multiple_of(4)) {
            body[word] = json!(id);
            targets.push((what, None));
        }
        if kind == Kind::InPerson {
            body["method"] = json!({"type": "in_person", "kind": "cash", "tendered": paid + 5});
        }
        let named: Vec<What> = targets.iter().map(|(what, _)| *what).collect();
        let parts: i64 = targets.iter().filter_map(|(_, part)| *part).sum();
        let may = parts <= paid && (c.is_multiple_of(4) || !self.model.is_pending(&named));
        let answer = self.office.post("/payments", &body).await;
        both(&answer, may)?;
        if may {
            let made = parsed(&answer);
            let credit = self.model.pay(paid, false, &targets, false);
            self.received(&made, credit, false);
        }
        Ok(may)
    }

    fn received(&mut self, made: &Value, credit: usize, card: bool) {
        self.note();
        let paid = made["amount"].as_i64().expect("an amount");
        if !card {
            self.credits[credit] = made["entry"].as_str().map(str::to_owned);
        }
        self.payments.push(Payment { id: id(made), credit, bank: card.then_some(paid), debit: false, dispute: Dispute::None });
    }

    async fn newest_payment(&self) -> Value {
        self.office.app.work().await;
        self.office.get("/payments?limit=1").await.json(200)["data"][0].clone()
    }

    /// A payer pays by the customer's link, or by an order's request.
    async fn pays(&mut self, asked: bool, a: u64, b: u64) -> Result<bool, String> {
        let (url, targets, due) = match self.asks(asked, a).await? {
            Some(found) => found,
            None => return Ok(false),
        };
        let part = (!asked && b.is_multiple_of(3)).then(|| amount(b));
        let may = due > 0 && !self.model.is_pending(&targets) && part.is_none_or(|part| part <= due);
        let step = self.office.pay_by_link(&url, part, VISA).await;
        if step.is_some() != may {
            return Err(format!("the model says {may}, the payer's page {step:?}"));
        }
        if may {
            let made = self.newest_payment().await;
            let aims: Vec<(What, Option<i64>)> = targets.iter().map(|what| (*what, None)).collect();
            let credit = self.model.pay(part.unwrap_or(due), true, &aims, false);
            self.received(&made, credit, true);
        }
        Ok(may)
    }

    /// Where a payer pays, for what, and how much is asked. None: nothing can be asked for.
    async fn asks(&mut self, by_request: bool, number: u64) -> Result<Option<(String, Vec<What>, i64)>, String> {
        if !by_request {
            return Ok(Some((self.link.clone(), Vec::new(), self.model.owed())));
        }
        let Some(at) = pick(&(0..self.orders.len()).collect::<Vec<_>>(), number) else { return Ok(None) };
        let what = What::Order(at);
        let may = self.model.due(what) > 0 && !self.model.is_pending(&[what]);
        let answer = self.office.post(&format!("/orders/{}/payment-requests", self.orders[at]), &json!({})).await;
        if !both(&answer, may)? {
            return Ok(None);
        }
        let url = parsed(&answer)["url"].as_str().expect("a URL").to_owned();
        self.requests[at] = Some(url.clone());
        Ok(Some((url, vec![what], self.model.due(what))))
    }

    async fn debit(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some((url, targets, due)) = self.asks(a.is_multiple_of(2), b).await? else { return Ok(false) };
        let may = due > 0 && !self.model.is_pending(&targets);
        let number = DEBITS[usize::try_from(c % 2).expect("0 or 1")];
        let step = self.office.pay_by_link(&url, None, number).await;
        if matches!(step, Some(CheckoutStep::BankDebitPending { .. })) != may {
            return Err(format!("the model says {may}, the payer's page {step:?}"));
        }
        if may {
            let made = self.newest_payment().await;
            let parts = self.model.reserve(&targets, due);
            let (began, returns) = (self.model.today, number == DEBITS[1]);
            self.under_way.push(UnderWay { id: id(&made), amount: due, targets, parts, began, settled: None, returns });
        }
        Ok(may)
    }

    /// What a saved card may be charged for, and whether it may.
    fn chargeable(&self, number: u64, asked: i64) -> (Option<Meant>, Vec<What>, bool) {
        let found = self.document(number).filter(|_| !number.is_multiple_of(5));
        let targets: Vec<What> = found.iter().map(|(what, ..)| *what).collect();
        let due = targets.first().map_or(self.model.owed(), |what| self.model.due(*what));
        (found, targets.clone(), asked <= due && !self.model.is_pending(&targets))
    }

    async fn saved(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let (found, targets, may) = self.chargeable(a, amount(b));
        let mut body = json!({"customer": self.customer, "amount": amount(b), "currency": "USD", "method": {"type": "saved", "id": "default"}});
        if let Some((_, word, id)) = found {
            body[word] = json!(id);
        }
        let answer = self.office.post("/payments", &body).await;
        both(&answer, may)?;
        if may {
            let aims: Vec<(What, Option<i64>)> = targets.iter().map(|what| (*what, None)).collect();
            let credit = self.model.pay(amount(b), true, &aims, false);
            self.received(&parsed(&answer), credit, true);
        }
        Ok(may)
    }

    /// An amount is held, and then taken (perhaps a part) or let go.
    async fn hold(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let (found, targets, may) = self.chargeable(a, amount(b));
        let methods = self.office.get(&format!("/customers/{}/methods", self.customer)).await.json(200);
        let mut body = json!({"customer": self.customer, "amount": amount(b), "currency": "USD", "processor": self.prc,
            "method": methods["data"][0]["id"]});
        if let Some((_, word, id)) = found {
            body[word] = json!(id);
        }
        let answer = self.office.post("/authorizations", &body).await;
        if !both(&answer, may)? {
            return Ok(false);
        }
        let held = id(&parsed(&answer));
        if c.is_multiple_of(3) {
            return both(&self.office.post(&format!("/payments/{held}/void"), &json!({})).await, true);
        }
        let taken = amount(c).min(amount(b));
        let answer = self.office.post(&format!("/payments/{held}/capture"), &json!({"amount": taken})).await;
        both(&answer, true)?;
        let aims: Vec<(What, Option<i64>)> = targets.iter().map(|what| (*what, None)).collect();
        let credit = self.model.pay(taken, true, &aims, false);
        self.received(&parsed(&answer), credit, true);
        Ok(true)
    }

    async fn refund(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(at) = pick(&(0..self.payments.len()).collect::<Vec<_>>(), a) else { return Ok(false) };
        let Payment { id, credit, bank, debit, .. } = self.payments[at].clone();
        let original = bank.is_some() && !debit && !c.is_multiple_of(3);
        let body = json!({"amount": amount(b), "reason": "Sent back", "to": if original { "original" } else { "outside" }});
        let answer = self.office.post(&format!("/payments/{id}/refunds"), &body).await;
        let done = both(&answer, self.model.refund(credit, amount(b)))?;
        if done && original {
            self.payments[at].bank = bank.map(|left| left - amount(b));
        }
        self.note();
        Ok(done)
    }

    /// What happens at the processor's own desk.
    async fn at_the_bank(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let able = |payment: &Payment| match (kind, payment.dispute) {
            (Kind::Decide, dispute) => matches!(dispute, Dispute::Open(_)),
            (Kind::DeskRefund, Dispute::None) => !payment.debit && payment.bank.is_some_and(|left| left > 0),
            (Kind::Dispute, Dispute::None) => payment.bank.is_some_and(|left| left > 0),
            _ => false,
        };
        let able: Vec<usize> = (0..self.payments.len()).filter(|at| able(&self.payments[*at])).collect();
        let Some(at) = pick(&able, a) else { return Ok(false) };
        let Payment { id, credit, bank, dispute, .. } = self.payments[at].clone();
        let remote = self.charge_at_bank(&id).await;
        let desk = format!("/processors/{}/sandbox/charges/{remote}", self.prc);
        let left = bank.unwrap_or(0);
        match (kind, dispute) {
            (Kind::DeskRefund, _) => {
                let part = amount(b).min(left);
                both(&self.office.post(&format!("{desk}/refund"), &json!({"amount": part})).await, true)?;
                self.payments[at].bank = Some(left - part);
                self.model.goes(credit, part);
            }
            (Kind::Dispute, _) => {
                both(&self.office.post(&format!("{desk}/dispute"), &json!({})).await, true)?;
                self.payments[at].dispute = Dispute::Open(left);
                self.model.disputed(credit, true);
            }
            (_, Dispute::Open(amount)) => {
                let won = b.is_multiple_of(2);
                let decide = json!({"decide": if won { "won" } else { "lost" }});
                both(&self.office.post(&format!("{desk}/dispute"), &decide).await, true)?;
                self.payments[at].dispute = Dispute::Over;
                if won {
                    self.model.disputed(credit, false);
                } else {
                    self.model.goes(credit, amount);
                }
            }
            _ => {}
        }
        self.office.app.work().await;
        self.note();
        Ok(true)
    }

    /// The processor's own id of a payment's charge.
    async fn charge_at_bank(&self, payment: &str) -> String {
        let payment = payment.parse().expect("an id");
        let services = self.office.app.services();
        let sheet = engine::sheets::payment::payment_sheet(&services.db, self.office.business, payment).await.expect("a payment");
        sheet.payment.remote_id.expect("it was charged")
    }

    async fn reverse(&mut self, charge: bool, a: u64) -> Result<bool, String> {
        let entries = if charge { &self.charges } else { &self.credits };
        let named: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].is_some()).collect();
        let Some(at) = pick(&named, a) else { return Ok(false) };
        let entry = entries[at].clone().expect("it has a name");
        let model = if charge { self.model.reverse_charge(at) } else { self.model.reverse_credit(at) };
        let answer = self.office.post(&format!("/entries/{entry}/reverse"), &json!({"reason": "By mistake"})).await;
        let done = both(&answer, model)?;
        self.note();
        Ok(done)
    }

    async fn reapply(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(payment) = pick(&self.payments, a) else { return Ok(false) };
        let mut targets: Vec<(What, i64)> = Vec::new();
        let mut parts = Vec::new();
        for (number, part) in [(b, amount(c)), (b + 1, amount(c / 7))].into_iter().take(usize::try_from(c % 3).expect("0 to 2")) {
            if let Some((what, word, id)) = self.meant(number).filter(|(what, ..)| targets.iter().all(|(known, _)| known != what))
            {
                parts.push(json!({word: id, "amount": part}));
                targets.push((what, part));
            }
        }
        let answer = self.office.post(&format!("/payments/{}/reallocate", payment.id), &json!({"allocations": parts})).await;
        both(&answer, self.model.reapply(payment.credit, &targets))
    }

    async fn by_hand(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let positive = b.is_multiple_of(2);
        let due = (kind == Kind::ChargeByHand && positive).then(|| self.due_day(b));
        let charges = kind == Kind::ChargeByHand || (kind == Kind::Adjust && !positive);
        let answer = if kind == Kind::Adjust {
            let signed = if positive { amount(a) } else { -amount(a) };
            let body = json!({"amount": signed, "currency": "USD", "note": "Found"});
            self.office.post(&format!("/customers/{}/adjustments", self.customer), &body).await
        } else {
            let mut body = json!({"side": if charges { "charge" } else { "credit" }, "amount": amount(a), "currency": "USD", "description": "By hand"});
            if let Some(due) = due {
                body["due_on"] = json!(due.to_string());
            }
            self.office.post(&format!("/customers/{}/entries", self.customer), &body).await
        };
        both(&answer, true)?;
        self.model.by_hand(charges, amount(a), due);
        self.note();
        let entry = Some(id(&parsed(&answer)));
        let last = if charges { self.charges.last_mut() } else { self.credits.last_mut() };
        *last.expect("it was just made") = entry;
        Ok(true)
    }

    /// Whoever has an unpaid invoice is held.
    async fn message(&mut self) -> Result<bool, String> {
        let body = json!({"to": [self.customer], "subject": "We move", "body": "To a new yard."});
        let answer = self.office.post("/messages", &body).await.json(201);
        let held = answer["held"][0]["code"] == "HELD_UNPAID";
        self.office.app.work().await;
        if held == self.model.has_unpaid_invoice() { Ok(true) } else { Err(format!("held: {held}, {answer}")) }
    }

    /// The days pass one by one; what is under way settles, and perhaps comes back.
    async fn days(&mut self, a: u64) -> Result<bool, String> {
        for _ in 0..=a % 3 {
            self.office.post("/test/clock", &json!({"advance": "P1D"})).await.json(200);
            self.office.app.work().await;
            self.model.today = self.office.today();
            for at in 0..self.under_way.len() {
                let passed = self.under_way[at].began.until(self.model.today).map_err(|error| error.to_string())?.get_days();
                self.moves_on(at, i64::from(passed)).await;
            }
        }
        Ok(true)
    }

    async fn moves_on(&mut self, at: usize, passed: i64) {
        let UnderWay { id, amount, targets, parts, settled, returns, .. } = self.under_way[at].clone();
        match settled {
            None if passed >= SETTLES_AFTER => {
                self.model.release(&parts);
                let due: i64 =
                    if targets.is_empty() { self.model.owed() } else { targets.iter().map(|what| self.model.due(*what)).sum() };
                let aims: Vec<(What, Option<i64>)> = targets.iter().map(|what| (*what, None)).collect();
                let credit = self.model.pay(amount, true, &aims, due == 0);
                self.under_way[at].settled = Some(credit);
                self.note();
                // What comes back is not touched at the bank's desk.
                let bank = Some(if returns { 0 } else { amount });
                self.payments.push(Payment { id, credit, bank, debit: true, dispute: Dispute::None });
            }
            Some(credit) if returns && passed >= RETURNS_AFTER => {
                self.under_way[at].returns = false;
                self.model.goes(credit, amount);
                self.note();
            }
            _ => {}
        }
    }

    /// The figures that the API gives are those of the model.
    pub async fn figures_agree(&self) -> Result<(), String> {
        let five =
            |row: &Value| ["total", "paid", "credited", "written_off", "amount_due"].map(|name| row[name].as_i64().unwrap_or(-1));
        for (list, ids) in [("orders", &self.orders), ("invoices", &self.invoices)] {
            let rows = self.office.get(&format!("/{list}?limit=200")).await.json(200);
            for (at, wanted) in ids.iter().enumerate() {
                let row = rows["data"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == wanted.as_str()));
                let row = row.ok_or_else(|| format!("{wanted} is not in the list"))?;
                let (what, void) = match list {
                    "orders" => (What::Order(at), false),
                    _ => (What::Invoice(at), self.model.invoices[at]),
                };
                let model = self.model.five(what);
                let same = if void { row["state"] == "void" && row["amount_due"] == 0 } else { five(row) == model };
                if !same {
                    return Err(format!("{what:?} is {model:?} in the model and {row}"));
                }
            }
        }
        let customer = self.office.get(&format!("/customers/{}", self.customer)).await.json(200);
        let (found, balance) = (&customer["balances"][0], self.model.balance());
        if found["balance"].as_i64().unwrap_or(0) != balance || found["amount_owed"].as_i64().unwrap_or(0) != self.model.owed() {
            return Err(format!("the balance is {balance} in the model and {customer}"));
        }
        let paid = self.office.get("/payments?limit=200&state=succeeded").await.json(200);
        for payment in &self.payments {
            let row = paid["data"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == payment.id.as_str()));
            let free = row.and_then(|row| row["unapplied"].as_i64());
            let model = self.model.credits[payment.credit].free;
            if free != i64::try_from(model).ok() {
                return Err(format!("{} is free by {model} in the model and {row:?}", payment.id));
            }
        }
        Ok(())
    }

    /// Takes the processor out of use, so that background work has nothing more to follow here.
    pub async fn closes(&self) {
        self.office.post(&format!("/processors/{}/disable", self.prc), &json!({})).await.json(200);
    }

    /// The checker of the books finds nothing.
    pub async fn books_agree(&self) -> Result<(), String> {
        let db = &self.office.app.services().db;
        let business = engine::store::business::business(db, self.office.business).await.map_err(|error| error.to_string())?;
        let report = engine::verify::verify_business(db, business).await.map_err(|error| error.to_string())?;
        if report.disagreements.is_empty() { Ok(()) } else { Err(format!("{:#?}", report.disagreements)) }
    }
}
