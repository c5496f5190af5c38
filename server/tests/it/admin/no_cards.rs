//! A card's number that somebody types where none belongs: it is refused by field, or masked, and kept nowhere.
//!
//! The number is a published test number that Sandbox does not know, in the three ways people write it. It is typed into every
//! text of every form of the staff and payer pages, sent to every route that takes a body, and looked for afterwards in the log,
//! the dump and, on SQLite, the database's own bytes.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::db::EngineKind;
use serde_json::{Value, json};

use super::browser::{Browser, body, wrong};
use super::roles::posts;
use super::surfaces::furnished;
use crate::kit::TestApp;
use crate::portal::doors::signed_in;

const WRITTEN: [&str; 3] = ["5555555555554444", "5555 5555 5555 4444", "5555-5555-5555-4444"];
/// The same on its way through an address.
const ESCAPED: [&str; 2] = ["5555+5555+5555+4444", "5555%205555%205555%204444"];
const NOBODY: &str = "01h455vb4pex5vsknk084sn02q";
const NOUNS: [&str; 20] = [
    "cus", "ord", "inv", "pay", "ent", "rfd", "crn", "req", "lnk", "pme", "prc", "apr", "pto", "msg", "mai", "evt", "usr", "key",
    "whk", "sta",
];

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn has_card(bytes: &[u8]) -> bool {
    let all = WRITTEN.iter().chain(&ESCAPED);
    all.into_iter().any(|written| bytes.windows(written.len()).any(|part| part == written.as_bytes()))
}

/// One form of a page: where it goes, its texts, and everything else as it stands there.
#[derive(Debug, Default)]
struct Shown {
    action: String,
    texts: Vec<String>,
    fixed: Vec<(String, String)>,
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag.get(from..)?.split('"').next()
}

/// The forms of a page that are posted and into which something can be typed.
fn forms(page: &str) -> Vec<Shown> {
    let mut all = Vec::new();
    for part in page.split("<form ").skip(1) {
        let inside = part.split("</form>").next().unwrap_or_default();
        let mut tags = inside.split('<');
        let head = format!(" {}", tags.next().unwrap_or_default());
        let mut form = Shown { action: attribute(&head, "action").unwrap_or_default().to_owned(), ..Shown::default() };
        for tag in tags {
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value").unwrap_or_default().to_owned();
            match (tag.split_whitespace().next(), attribute(tag, "type").unwrap_or("text")) {
                (Some("textarea"), _) | (Some("input"), "text" | "search" | "email" | "tel" | "url" | "password") => {
                    form.texts.push(name.to_owned());
                }
                (Some("input"), "radio" | "checkbox") if !tag.contains(" checked") => {}
                (Some("input"), _) => form.fixed.push((name.to_owned(), value)),
                _ => {}
            }
        }
        if attribute(&head, "method") == Some("post") && !form.texts.is_empty() {
            all.push(form);
        }
    }
    all
}

/// Types the number into every text of a form, in each of its ways. Nothing breaks, and nothing comes back.
async fn type_into(browser: &Browser<'_>, form: &Shown) {
    for card in WRITTEN {
        let texts = form.texts.iter().map(|name| (name.as_str(), card));
        let all: Vec<(&str, &str)> =
            form.fixed.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(texts).collect();
        let answer = browser.send("POST", &form.action, &body(&all)).await;
        assert!(answer.status.as_u16() < 500, "{form:?}: {} {}", answer.status, answer.text);
        assert!(!has_card(answer.text.as_bytes()) && !has_card(answer.header("location").as_bytes()), "{form:?} shows it again");
    }
}

/// Every route whose handler takes a form, by its source.
fn routes(source: &str) -> Vec<String> {
    let lines = source.lines().filter(|line| line.contains(".route(") && line.contains("post("));
    lines.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

/// A path with something in each place of the pattern.
fn filled(pattern: &str, noun: &str) -> String {
    let mut path = String::new();
    for (place, part) in pattern.split('/').enumerate() {
        path.push_str(if place == 0 { "" } else { "/" });
        path.push_str(&if part.starts_with('{') { format!("{noun}_{NOBODY}") } else { part.to_owned() });
    }
    path
}

/// Every body that the API describes, with the number in each text of it. Answers how many fields named it.
async fn send_to_api(app: &TestApp) -> usize {
    let description = app.send("GET", "/api/v1/openapi.json", &[], "").await.json(200);
    let mut named = 0;
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for (method, call) in methods.as_object().expect("methods") {
            let mut schema = &call["requestBody"]["content"]["application/json"]["schema"];
            while let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
                schema = &description["components"]["schemas"][name];
            }
            let Some(properties) = schema["properties"].as_object() else { continue };
            let path = path.trim_start_matches("/api/v1");
            let nouns: Vec<&str> = if path.contains('{') { NOUNS.to_vec() } else { vec![""] };
            for (place, (property, card)) in properties.keys().zip(WRITTEN.iter().cycle()).enumerate() {
                let change: Value = match place % 2 {
                    0 => json!({ property: card }),
                    _ => json!({ property: [{ "inside": format!("call me, {card} please") }] }),
                };
                for noun in &nouns {
                    let asked = app.call(&app.key, &method.to_uppercase(), &filled(path, noun), &[], &change).await;
                    assert!(asked.status.as_u16() >= 400 && !has_card(asked.text.as_bytes()), "{method} {path}: {}", asked.text);
                    if asked.status.as_u16() == 404 {
                        continue;
                    }
                    let problem = asked.refused(422, "INVALID");
                    let field = problem["errors"][0]["field"].as_str().expect("a field").to_owned();
                    assert!(field.starts_with(property.as_str()) && problem["errors"][0]["code"] == "CARD_NUMBER", "{problem}");
                    named += 1;
                    break;
                }
            }
        }
    }
    named
}

fn files(folder: &Path, all: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("the data folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files(&path, all),
            false => all.extend(std::fs::read(&path).unwrap_or_default()),
        }
    }
}

#[test]
fn a_card_number_that_is_typed_everywhere_is_kept_nowhere() {
    let log = Paper::default();
    let lines = log.clone();
    // Another test may log elsewhere already; what is written here is looked at all the same.
    let _first = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || lines.clone()).try_init();
    TestApp::both(async |app| {
        app.leaves_jobs();
        app.on_this_machine();
        let owner = Browser::owner(app).await;
        let pages = furnished(app, &owner).await;
        let (mut seen, mut names) = (Vec::new(), vec!["name".to_owned(), "note".to_owned(), "email".to_owned()]);
        for path in &pages {
            let page = owner.send("GET", path, "").await;
            for form in forms(&page.text) {
                names.extend(form.texts.iter().cloned());
                let kind = (form.action.split('/').take(3).collect::<Vec<_>>().join("/"), form.texts.clone());
                if !seen.contains(&kind) && !form.action.contains("sign-out") {
                    type_into(&owner, &form).await;
                    seen.push(kind);
                }
            }
        }
        assert!(seen.len() > 15, "the forms were found: {seen:?}");
        let portal = signed_in(app, "pay@fern.example").await;
        let home = portal.send("GET", "/portal", "").await.header("location").to_owned();
        for form in forms(&portal.page(&home).await) {
            type_into(&portal, &form).await;
        }
        names.sort_unstable();
        names.dedup();
        let stays = |path: &String| !path.contains("sign-out") && !path.contains("sessions") && !path.ends_with("/password");
        let ours = posts().map(str::to_owned).filter(stays);
        for pattern in ours.chain(routes(include_str!("../../../src/portal.rs")).into_iter().filter(|it| !it.contains("sandbox")))
        {
            let form = Shown { action: filled(&pattern, "cus"), texts: names.clone(), fixed: Vec::new() };
            let browser = if pattern.starts_with("/portal") { &portal } else { &owner };
            type_into(browser, &form).await;
        }
        let named = send_to_api(app).await;
        assert!(named > 100, "{named} fields of the API named it");
        let key = [("idempotency-key", WRITTEN[0])];
        let keyed = app.call(&app.key, "POST", "/customers", &key, &json!({"name": "A"})).await;
        assert!(keyed.status == 400 && !has_card(keyed.text.as_bytes()), "{}", keyed.text);

        let paper = Paper::default();
        engine::dump::dump(&app.services().db, paper.clone()).await.expect("the books are dumped");
        let dump = paper.0.lock().expect("nobody panicked").clone();
        assert!(dump.len() > 10_000 && !has_card(&dump), "it stands in the dump");
        if app.engine() == EngineKind::Sqlite {
            let mut bytes = Vec::new();
            files(&app.app.config.data, &mut bytes);
            assert!(bytes.len() > 100_000 && !has_card(&bytes), "it stands in the database");
        }
        assert!(!has_card(&log.0.lock().expect("nobody panicked")), "it stands in the log");
    });
}

#[test]
fn a_card_number_in_a_form_is_named_beside_its_field_and_masked() {
    TestApp::both(async |app| {
        let owner = Browser::owner(app).await;
        for card in WRITTEN {
            let answer = owner.post("/admin/customers", &[("name", &format!("Fern, card {card}"))]).await;
            assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
            assert!(wrong(&answer.text, "name").starts_with("This looks like a card number"), "{}", answer.text);
            assert!(answer.text.contains("4444") && !has_card(answer.text.as_bytes()), "{}", answer.text);
        }
        assert!(app.all("/customers?limit=9").await.is_empty());
        // What is no card stays what it is.
        for reference in ["DE89 3704 0044 0532 0130 00", "4111 1111 1111 1112", "PO 5555 5555 5555 4445"] {
            owner.does("/admin/customers", &[("name", reference)]).await;
        }
    });
}
