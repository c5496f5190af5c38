//! Every reason why something cannot be done (ORD-6), reached from the page and from the API.
//!
//! The table is `rows.rs`: how the state is made, where a person sees it, what a program is told. It is complete by construction:
//! the test goes through what the books publish for each action and asks the table for a row, so no code can be added without one.

mod rows;

use std::collections::BTreeMap;

use books::capability::{Action, reasons};
use books::refusal::Code;
use engine::store::user::Role;
use jiff::ToSpan;
use processors::sandbox::CheckoutStep;
use serde_json::Value;

use super::office::Office;
use crate::admin::browser::{body, fresh_key};
use crate::kit::{ADDRESS, Answer, TestApp};
use rows::ROWS;

/// One act on the way to a state. In paths and bodies `{name}` stands for what was named before; `{today}` and `{yesterday}` are days.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// `POST` through the API. The id of the answer, and its `url`, are known by this name from then on (`{name}`, `{name.url}`).
    Post(&'static str, &'static str, &'static str),
    /// `PATCH` through the API.
    Patch(&'static str, &'static str),
    /// The payer follows this address and pays by this number.
    Pays(&'static str, &'static str),
    /// The payer follows this address and does no more.
    Opens(&'static str),
    /// The card of this page runs out this month.
    Saves(&'static str),
    /// What Sandbox charged last is disputed there.
    Disputes,
    /// The days pass, with every job that falls due.
    Days(i32),
    /// The days pass, and no job has looked yet.
    Unseen(i64),
}

/// Where a person meets the reason.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// The action stands disabled on this page, for somebody of this role.
    Disabled(Role, &'static str),
    /// This form is answered with it.
    Form(Role, &'static str, &'static [(&'static str, &'static str)]),
    /// A payer follows this address.
    Opens(&'static str),
    /// A payer who followed it before presses *Pay*, perhaps with an amount.
    Pays(&'static str, &'static str),
}

/// What a program is told.
#[derive(Debug, Clone, Copy)]
pub enum Api {
    /// Payers have pages and no API; what staff's programs are told is in `told`.
    None,
    /// The act is refused (409) with the code.
    Refuses(&'static str, &'static str),
    /// The act is done for nobody and says so (201): `held` has the code.
    Holds(&'static str, &'static str),
    /// A key with these scopes only may not (403).
    Lacks(&'static [&'static str], &'static str, &'static str),
}

/// One reason of one action.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub action: Action,
    pub code: Code,
    pub given: &'static [Step],
    pub page: Page,
    /// A part of the sentence that the person reads.
    pub says: &'static str,
    /// Where the list of actions says so; empty where it depends on what is typed.
    pub told: &'static str,
    pub api: Api,
}

/// A row as it is carried out, with the names it has given.
struct Scene<'a> {
    office: Office<'a>,
    names: BTreeMap<String, String>,
    /// The payer's browser, once a link was opened.
    payer: Option<(crate::admin::browser::Browser<'a>, String)>,
}

impl<'a> Scene<'a> {
    async fn new(app: &'a TestApp, row: &Row) -> Scene<'a> {
        let name = format!("{}-{}", row.action, row.code).to_lowercase().replace('_', "-");
        let mut scene = Scene { office: Office::open(app, &name).await, names: BTreeMap::new(), payer: None };
        let today = scene.office.today();
        scene.names.insert("today".to_owned(), today.to_string());
        scene.names.insert("yesterday".to_owned(), today.saturating_sub(1.days()).to_string());
        for step in row.given {
            scene.takes(step).await;
        }
        scene
    }

    /// The text with its names filled in.
    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.names {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    fn json(&self, body: &str) -> Value {
        let body = self.text(body);
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    async fn takes(&mut self, step: &Step) {
        match *step {
            Step::Post(name, path, body) => {
                let answer = self.office.post(&self.text(path), &self.json(body)).await;
                assert!(answer.status.is_success(), "{step:?}: {}", answer.text);
                let made: Value = serde_json::from_str(&answer.text).expect("an answer in JSON");
                for (end, field) in [("", "id"), (".url", "url")] {
                    if let Some(text) = made[field].as_str().filter(|_| !name.is_empty()) {
                        self.names.insert(format!("{name}{end}"), text.to_owned());
                    }
                }
            }
            Step::Patch(path, body) => {
                let key = &self.office.key;
                self.office.app.call(key, "PATCH", &self.text(path), &[], &self.json(body)).await.json(200);
            }
            Step::Pays(url, number) => {
                let step = self.office.pay_by_link(&self.text(url), None, number).await;
                assert!(matches!(step, Some(CheckoutStep::Paid { .. } | CheckoutStep::BankDebitPending { .. })), "{step:?}");
                self.office.app.work().await;
                let made = self.office.get("/payments?limit=1").await.json(200);
                self.names.insert("payment".to_owned(), made["data"][0]["id"].as_str().expect("a payment").to_owned());
            }
            Step::Opens(url) => self.payer = Some(self.office.payer(&self.text(url)).await),
            Step::Saves(page) => {
                let month = self.office.today().strftime("%m/%y").to_string();
                let step = self.office.fill_in(&self.text(page), "4242424242424242", &month).await;
                assert!(matches!(step, CheckoutStep::Saved { .. }), "{step:?}");
                self.office.app.work().await;
            }
            Step::Disputes => {
                let charges = format!("/processors/{}/sandbox/charges", self.names["prc"]);
                let charge = self.office.get(&charges).await.json(200)["data"][0]["id"].clone();
                let charge = charge.as_str().expect("a charge");
                self.office.post(&format!("{charges}/{charge}/dispute"), &Value::Object(Default::default())).await.json(200);
                self.office.app.work().await;
            }
            Step::Days(days) => {
                let advance = serde_json::json!({"advance": format!("P{days}D")});
                self.office.post("/test/clock", &advance).await.json(200);
            }
            Step::Unseen(days) => assert!(self.office.app.services().db.clock().advance_seconds(days * 86_400)),
        }
    }

    /// The person reads the reason where the row says.
    async fn is_seen(&self, row: &Row) {
        match row.page {
            Page::Disabled(role, path) => {
                let page = self.office.staff(role).await.page(&self.text(path)).await;
                let wanted = format!("data-action=\"{}\" data-code=\"{}\"", row.action, row.code);
                let at = page.find(&wanted).unwrap_or_else(|| panic!("no {wanted} in {page}"));
                let control =
                    &page[at..at + page[at..].find("</span></li>").or_else(|| page[at..].find("</small>")).expect("its end")];
                let why = control.split("<small>").nth(1).unwrap_or_default();
                assert!(why.contains(row.says), "{why}");
            }
            Page::Form(role, path, fields) => {
                let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (*name, self.text(value))).collect();
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = self.office.staff(role).await.post(&self.text(path), &fields).await;
                assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.text);
                assert!(answer.text.contains(row.says), "{}", answer.text);
            }
            Page::Opens(url) => {
                let answer = match &self.payer {
                    Some((browser, clean)) => browser.send("GET", clean, "").await,
                    None => self.office.app.send("GET", self.text(url).trim_start_matches(ADDRESS), &[], "").await,
                };
                assert!([404, 410].contains(&answer.status.as_u16()) && answer.text.contains(row.says), "{}", answer.text);
            }
            Page::Pays(url, amount) => {
                let (browser, clean) = self.office.payer(&self.text(url)).await;
                let form = body(&[("idempotency_key", &fresh_key()), ("amount", amount)]);
                let answer = browser.send("POST", &format!("{clean}/pay"), &form).await;
                assert!(answer.status.as_u16() == 409 && answer.text.contains(row.says), "{}: {}", answer.status, answer.text);
            }
        }
    }

    /// A program is told the same.
    async fn is_told(&self, row: &Row) {
        let key = match row.api {
            Api::Lacks(scopes, ..) => self.office.key_with(scopes).await,
            _ => self.office.key.clone(),
        };
        let ask = async |method: &str, path: &str, body: &Value| -> Answer {
            self.office.app.call(&key, method, &self.text(path), &[], body).await
        };
        if !row.told.is_empty() {
            let answers = ask("GET", row.told, &Value::Null).await.json(200);
            let found = answers.as_array().expect("a list").iter().find(|one| one["action"] == row.action.as_str());
            let found = found.unwrap_or_else(|| panic!("{} does not speak of {}", row.told, row.action));
            assert_eq!(found["code"], row.code.as_str(), "{found}");
        }
        match row.api {
            Api::None => {}
            Api::Refuses(path, body) => drop(ask("POST", path, &self.json(body)).await.refused(409, row.code.as_str())),
            Api::Holds(path, body) => {
                let made = ask("POST", path, &self.json(body)).await.json(201);
                assert_eq!(made["held"][0]["code"], row.code.as_str(), "{made}");
            }
            Api::Lacks(_, path, body) => drop(ask("POST", path, &self.json(body)).await.refused(403, "NO_SCOPE")),
        }
    }
}

/// Goes through what the books publish for these actions; each code has exactly one row.
async fn every_reason(app: &TestApp, actions: &[Action]) {
    for action in actions {
        for code in reasons(*action) {
            let rows: Vec<&Row> = ROWS.iter().filter(|row| row.action == *action && row.code == *code).collect();
            let [row] = rows[..] else { panic!("{action} and {code} have {} rows", rows.len()) };
            eprintln!("{action} {code}");
            let scene = Scene::new(app, row).await;
            // What a program tries first must not change what the page shows: both are refused.
            scene.is_seen(row).await;
            scene.is_told(row).await;
        }
    }
}

const ASKING: [Action; 5] = [Action::RequestPayment, Action::RemoteInvoice, Action::Pay, Action::PayPart, Action::SendMessage];
const TAKING: [Action; 7] = [
    Action::AddPayment,
    Action::ChargeSaved,
    Action::Authorize,
    Action::ProcessCard,
    Action::ProcessCash,
    Action::ProcessCheck,
    Action::Capture,
];
const BILLING: [Action; 4] = [Action::GenerateInvoice, Action::Issue, Action::IssueAndCharge, Action::Send];
const ENDING: [Action; 7] =
    [Action::Void, Action::CreditNote, Action::WriteOff, Action::LateFee, Action::Refund, Action::Amend, Action::Cancel];

#[test]
fn the_table_has_a_row_for_every_reason_and_no_other() {
    let known: Vec<Action> = [&ASKING[..], &TAKING, &BILLING, &ENDING].concat();
    assert!(Action::ALL.iter().all(|action| known.contains(action)), "every action is gone through");
    let published: usize = Action::ALL.iter().map(|action| reasons(*action).len()).sum();
    assert_eq!(ROWS.len(), published);
    for row in ROWS {
        assert!(reasons(row.action).contains(&row.code), "{} is never refused with {}", row.action, row.code);
    }
}

#[test]
fn every_reason_why_money_cannot_be_asked_for() {
    TestApp::both(async |app| every_reason(app, &ASKING).await);
}

#[test]
fn every_reason_why_money_cannot_be_taken() {
    TestApp::both(async |app| every_reason(app, &TAKING).await);
}

#[test]
fn every_reason_why_nothing_can_be_billed() {
    TestApp::both(async |app| every_reason(app, &BILLING).await);
}

#[test]
fn every_reason_why_nothing_can_be_taken_back() {
    TestApp::both(async |app| every_reason(app, &ENDING).await);
}
