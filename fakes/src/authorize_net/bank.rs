//! Authorize.Net as a test plays it: its transactions, its nights, its customers and its pages.
//!
//! Invariants: written from Authorize.Net's own words, not from our connector; a transaction is never settled twice, and what it
//! gave back is never more than what was taken. Money is in hundredths.

use std::collections::{BTreeMap, BTreeSet};

use books::calendar::Instant;
use serde_json::{Value, json};

use crate::stripe::Card;

pub(super) const DAY: i64 = 86_400;
const PAGE_SECONDS: i64 = 900;
const HOLD_DAYS: i64 = 30;
/// Nights after its settling that a debit comes back.
const RETURNED_AFTER: i64 = 4 * DAY;
const FIRST_ID: usize = 60_000_000_001;

#[derive(Debug, Clone)]
pub struct Transaction {
    pub id: usize,
    pub of: Option<usize>,
    pub at: i64,
    pub kind: String,
    pub status: &'static str,
    pub reason: u32,
    pub asked: i64,
    pub settles: i64,
    pub refunded: i64,
    pub invoice: String,
    pub number: String,
    pub description: String,
    pub reference: String,
    pub card: Card,
    /// The customer, and the method that was charged or kept.
    pub profile: Option<(usize, usize)>,
    pub settled_at: Option<i64>,
    pub batch: Option<usize>,
}

impl Transaction {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, "authorizedPendingCapture" | "capturedPendingSettlement" | "refundPendingSettlement")
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Customer {
    pub merchant_id: String,
    pub description: String,
    pub email: String,
    pub methods: BTreeMap<usize, Card>,
}

/// What a token stands for.
#[derive(Debug, Clone)]
struct Page {
    until: i64,
    asked: Value,
    used: bool,
}

#[derive(Debug)]
pub struct Bank {
    pub now: i64,
    pub transactions: Vec<Transaction>,
    pub(super) customers: BTreeMap<usize, Customer>,
    /// When each batch was settled.
    pub(super) batches: Vec<i64>,
    pub events: Vec<Value>,
    told: usize,
    /// Whether the merchant takes bank accounts.
    pub takes_debits: bool,
    /// Nights take longer: what they settle is under way until [`Bank::finish`].
    pub slow_nights: bool,
    pages: BTreeMap<String, Page>,
    nonces: BTreeMap<String, Card>,
    next: usize,
}

impl Default for Bank {
    fn default() -> Bank {
        Bank {
            now: 0,
            transactions: Vec::new(),
            customers: BTreeMap::new(),
            batches: Vec::new(),
            events: Vec::new(),
            told: 0,
            takes_debits: true,
            slow_nights: false,
            pages: BTreeMap::new(),
            nonces: BTreeMap::new(),
            next: 1_000,
        }
    }
}

pub(super) fn time(seconds: i64) -> String {
    Instant(seconds * 1_000_000).to_rfc3339()
}

/// `10.99` in hundredths.
pub fn minor(text: &Value) -> i64 {
    let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    let (left, right) = text.split_once('.').unwrap_or((&text, "0"));
    let cents: i64 = format!("{right:0<2}").get(..2).and_then(|cents| cents.parse().ok()).unwrap_or(0);
    left.parse::<i64>().unwrap_or(0) * 100 + cents
}

/// What was wished for under this name, among the settings of a page.
pub fn wish(settings: &Value, name: &str) -> Value {
    let all = settings["setting"].as_array().into_iter().flatten();
    let value = all.filter(|setting| setting["settingName"] == name).find_map(|setting| setting["settingValue"].as_str());
    serde_json::from_str(value.unwrap_or("{}")).unwrap_or_default()
}

/// The reason code of a card that is refused.
pub(super) fn refusal(card: Card) -> Option<u32> {
    match card {
        Card::Declined | Card::InsufficientFunds => Some(2),
        Card::Expired => Some(8),
        Card::IncorrectCvc => Some(44),
        _ => None,
    }
}

impl Bank {
    pub(super) fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    pub(super) fn find(&self, id: &Value) -> Option<usize> {
        let id: usize = id.as_str()?.parse().ok()?;
        let place = id.checked_sub(FIRST_ID)?;
        (place < self.transactions.len()).then_some(place)
    }

    /// Something that came to be, with the same fields for all.
    pub(super) fn add(&mut self, asked: &Value, reference: &str, card: Card, status: &'static str, reason: u32) -> usize {
        let place = self.transactions.len();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let amount = minor(&asked["amount"]);
        self.transactions.push(Transaction {
            id: FIRST_ID + place,
            of: None,
            at: self.now,
            kind: text(&asked["transactionType"]),
            status,
            reason,
            asked: amount,
            settles: amount,
            refunded: 0,
            invoice: text(&asked["order"]["invoiceNumber"]),
            number: text(&asked["poNumber"]),
            description: text(&asked["order"]["description"]),
            reference: reference.to_owned(),
            card,
            profile: None,
            settled_at: None,
            batch: None,
        });
        place
    }

    /// How many messages were told of before; all that there are count as told then.
    pub fn took_news(&mut self) -> usize {
        std::mem::replace(&mut self.told, self.events.len())
    }

    pub(super) fn tell(&mut self, event: &str, place: usize) {
        let number = self.number();
        let it = &self.transactions[place];
        self.events.push(json!({
            "notificationId": format!("701bf27d-d46f-4c3b-82f2-{number:012}"),
            "eventType": format!("net.authorize.payment.{event}.created"),
            "eventDate": time(self.now),
            "webhookId": "e6b3764d-5677-4fb1-a929-2e25a02f3073",
            "payload": {
                "responseCode": 1, "authCode": "P1XHLC", "avsResponse": "Y",
                "merchantReferenceId": it.reference, "invoiceNumber": it.invoice,
                "entityName": "transaction", "id": it.id.to_string(),
            },
        }));
    }

    /// Takes or holds what was asked for, or declines it.
    pub(super) fn charge(&mut self, asked: &Value, reference: &str, card: Card) -> usize {
        let holds = asked["transactionType"] == "authOnlyTransaction";
        let status = match (refusal(card), holds) {
            (Some(_), _) => "declined",
            (None, true) => "authorizedPendingCapture",
            (None, false) => "capturedPendingSettlement",
        };
        let place = self.add(asked, reference, card, status, refusal(card).unwrap_or(1));
        if status != "declined" {
            self.tell(if holds { "authorization" } else { "authcapture" }, place);
        }
        place
    }

    pub fn nonce(&mut self, card: Card) -> String {
        let nonce = format!("eyJ0b2tlbiI6{}", self.number());
        self.nonces.insert(nonce.clone(), card);
        nonce
    }

    /// Good once.
    pub(super) fn spend(&mut self, nonce: &Value) -> Option<Card> {
        self.nonces.remove(nonce.as_str()?)
    }

    pub(super) fn open_page(&mut self, asked: &Value) -> String {
        // As long as a real one.
        let token = format!(
            "{}{}==",
            "FCfc6VbKGFztf8g4sI0B1bG35quHGGlnJx7G8zRpqV0gha2862KkqRQ/NaGa6y2SIhueCAsP+".repeat(6),
            self.number()
        );
        let page = Page { until: self.now + PAGE_SECONDS, asked: asked.clone(), used: false };
        self.pages.insert(token.clone(), page);
        token
    }

    fn usable(&self, token: &str) -> Option<Page> {
        self.pages.get(token).filter(|page| page.used || self.now < page.until).cloned()
    }

    /// What the page of a token was asked for, while it can be seen.
    pub fn page(&self, token: &str) -> Option<Value> {
        self.usable(token).map(|page| page.asked)
    }

    pub fn pay(&mut self, token: &str, card: Card) -> Option<bool> {
        let page = self.usable(token)?;
        if page.used {
            return Some(true);
        }
        let asked = &page.asked["transactionRequest"];
        let reference = page.asked["refId"].as_str().unwrap_or_default();
        let debit = matches!(card, Card::DebitSettles | Card::DebitReturned);
        let wish = |name: &str, option: &str| wish(&page.asked["hostedPaymentSettings"], name)[option] == true;
        if debit && !(self.takes_debits && wish("hostedPaymentPaymentOptions", "showBankAccount")) {
            return Some(false);
        }
        let place = self.charge(asked, reference, card);
        if refusal(card).is_some() {
            return Some(false);
        }
        if let Some(page) = self.pages.get_mut(token) {
            page.used = true;
        }
        let customer = asked["profile"]["customerProfileId"].as_str().and_then(|id| id.parse().ok());
        if let Some(customer) = customer.filter(|_| wish("hostedPaymentCustomerOptions", "addPaymentProfile")) {
            let method = self.keep_card(customer, card);
            self.transactions[place].profile = Some((customer, method));
        }
        Some(true)
    }

    fn keep_card(&mut self, customer: usize, card: Card) -> usize {
        let kept = self.customers.get(&customer).and_then(|it| it.methods.iter().find(|(_, known)| **known == card));
        if let Some((id, _)) = kept {
            return *id;
        }
        let id = self.number();
        self.customers.entry(customer).or_default().methods.insert(id, card);
        id
    }

    pub fn keep(&mut self, token: &str, card: Card) -> Option<bool> {
        let page = self.usable(token)?;
        if !page.used {
            let customer = page.asked["customerProfileId"].as_str()?.parse().ok()?;
            self.keep_card(customer, card);
            self.pages.get_mut(token)?.used = true;
        }
        Some(true)
    }

    /// Time passes, and every midnight in it settles.
    pub fn pass(&mut self, seconds: i64) {
        let end = self.now + seconds;
        let mut midnight = (self.now.div_euclid(DAY) + 1) * DAY;
        while midnight <= end {
            self.now = midnight;
            self.lapse();
            self.settle();
            midnight += DAY;
        }
        self.now = end;
        self.lapse();
    }

    fn lapse(&mut self) {
        let now = self.now;
        let held = self.transactions.iter_mut().filter(|it| it.status == "authorizedPendingCapture");
        held.filter(|it| now >= it.at + HOLD_DAYS * DAY).for_each(|it| it.status = "expired");
    }

    /// A night: what is open and taken is settled, what was refused or voided leaves the list with it.
    pub fn settle(&mut self) {
        let (now, batch) = (self.now, self.batches.len());
        let mut any = false;
        for it in self.transactions.iter_mut().filter(|it| it.batch.is_none()) {
            it.status = match it.status {
                "authorizedPendingCapture" => continue,
                "capturedPendingSettlement" if self.slow_nights => "pendingSettlement",
                "capturedPendingSettlement" => "settledSuccessfully",
                "refundPendingSettlement" => "refundSettledSuccessfully",
                other => other,
            };
            it.batch = Some(batch);
            it.settled_at = matches!(it.status, "settledSuccessfully" | "refundSettledSuccessfully").then_some(now);
            any = true;
        }
        if any {
            self.batches.push(now);
        }
        for it in self.transactions.iter_mut().filter(|it| it.status == "settledSuccessfully") {
            let old = it.settled_at.is_some_and(|at| now >= at + RETURNED_AFTER);
            match it.card {
                Card::Disputed => it.status = "chargeback",
                Card::DebitReturned if old => it.status = "returnedItem",
                _ => {}
            }
        }
    }

    /// What was under way is settled.
    pub fn finish(&mut self) {
        for it in self.transactions.iter_mut().filter(|it| it.status == "pendingSettlement") {
            (it.status, it.settled_at) = ("settledSuccessfully", Some(self.now));
        }
    }

    /// The payer disputes a charge. One that has not settled does so first.
    pub fn dispute(&mut self, id: &str) {
        if let Some(place) = self.find(&json!(id)) {
            if self.transactions[place].batch.is_none() {
                self.settle();
            }
            self.transactions[place].status = "chargeback";
        }
    }

    /// Somebody refunds a settled charge in Authorize.Net's own pages: its numbers are copied. False: it is not taken.
    pub fn refund_elsewhere(&mut self, id: &str, amount: i64) -> bool {
        let Some(place) = self.find(&json!(id)) else { return false };
        let charge = self.transactions[place].clone();
        if charge.settled_at.is_none() || charge.refunded + amount > charge.settles {
            return false;
        }
        let asked = json!({
            "transactionType": "refundTransaction", "amount": format!("{}.{:02}", amount / 100, amount % 100),
            "order": { "invoiceNumber": charge.invoice }, "poNumber": charge.number,
        });
        let made = self.add(&asked, "", charge.card, "refundPendingSettlement", 1);
        self.transactions[made].of = Some(charge.id);
        self.transactions[place].refunded += amount;
        self.tell("refund", made);
        true
    }

    /// Staff key a card in the Virtual Terminal of Authorize.Net's own pages, with this invoice number. Answers the transaction.
    pub fn key_in_terminal(&mut self, invoice: &str, amount: i64, card: Card) -> String {
        assert!(invoice.len() <= 20, "the terminal takes no more of {invoice}");
        let asked = json!({
            "transactionType": "authCaptureTransaction", "amount": format!("{}.{:02}", amount / 100, amount % 100),
            "order": { "invoiceNumber": invoice },
        });
        let place = self.charge(&asked, "", card);
        self.transactions[place].id.to_string()
    }

    /// Somebody voids what has not settled in Authorize.Net's own pages. False: it is not taken.
    pub fn void_elsewhere(&mut self, id: &str) -> bool {
        let open = self.find(&json!(id)).filter(|place| self.transactions[*place].is_open());
        open.is_some_and(|place| {
            self.transactions[place].status = "voided";
            self.tell("void", place);
            true
        })
    }

    /// Ids of the batches that have anything in them that came back.
    pub(super) fn came_back(&self, batch: usize) -> (usize, usize, usize) {
        let of =
            |status: &'static str| self.transactions.iter().filter(|it| it.batch == Some(batch) && it.status == status).count();
        (of("refundSettledSuccessfully"), of("chargeback"), of("returnedItem"))
    }

    pub(super) fn known_methods(&self, customer: usize) -> BTreeSet<usize> {
        self.customers.get(&customer).map(|it| it.methods.keys().copied().collect()).unwrap_or_default()
    }
}
