//! A form that is sent back as it came changes nothing: what it does not show it does not take away.

use serde_json::{Value, json};

use super::browser::{Browser, address, body, fresh_key};
use crate::kit::TestApp;

/// What a browser would send of the form with this address, were its button pressed at once.
fn as_it_stands(page: &str, action: &str) -> Vec<(String, String)> {
    let start = page.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form for {action} in {page}"));
    let form = &page[start..start + page[start..].find("</form>").expect("a form ends")];
    let mut fields = Vec::new();
    for (at, _) in form.match_indices('<') {
        let rest = &form[at..];
        let tag = &rest[..=rest.find('>').expect("a tag ends")];
        let Some(name) = attribute(tag, "name") else { continue };
        let value = || attribute(tag, "value").unwrap_or_default();
        let sent = match tag.split([' ', '>']).next() {
            Some("<input") => match attribute(tag, "type").as_deref() {
                Some("checkbox" | "radio") => tag.contains(" checked").then(value),
                Some("file") => None,
                _ => Some(value()),
            },
            Some("<select") => {
                let options: Vec<&str> = rest[..rest.find("</select>").expect("its end")].split("<option").skip(1).collect();
                let chosen = options.iter().find(|option| option.contains(" selected")).or(options.first());
                chosen.and_then(|option| attribute(option, "value"))
            }
            // A line break right behind the tag is not part of the text.
            Some("<textarea") => {
                let text = &rest[tag.len()..rest.find("</textarea>").expect("its end")];
                Some(plain(text.strip_prefix('\n').unwrap_or(text)))
            }
            _ => None,
        };
        fields.extend(sent.map(|value| (name, value)));
    }
    fields
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[from..].split('"').next().map(plain)
}

/// Text without the escapes of HTML.
fn plain(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

/// Opens the page and sends its form back, as it came.
async fn send_back(browser: &Browser<'_>, path: &str, action: &str) {
    let page = browser.page(path).await;
    let mut fields = as_it_stands(&page, action);
    let key = fields.iter_mut().find(|(name, _)| name == "idempotency_key").expect("a form has a key");
    key.1 = fresh_key();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.send("POST", action, &body(&fields)).await;
    assert_eq!(answer.status.as_u16(), 303, "{action} {fields:?}: {}", answer.text);
}

#[test]
fn settings_that_are_sent_back_as_they_came_stay() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let paths = ["", "/collecting", "/e-invoices", "/papers"].map(|end| format!("/admin/settings{end}"));
        let unlike = json!({
            "name": "Harbor & \"Oak\" <Joinery>", "email": "hello@harbor.example", "phone": "+1 555 0100", "address": "1 Wharf\nSampleton",
            "tax_id": "12-3456", "color": "#123456", "footer": "Thanks", "paper": "letter", "time_zone": "America/New_York",
            "locale": "de", "week_begins": 7, "apply_credit": false, "tolerance": 5, "locked_through": "2026-01-10",
            "notify": ["a@harbor.example", "b@harbor.example"], "link_days": 45, "receipt_online": false, "receipt_external": true,
            "hold_messages": false, "act_as_customer": "clerk", "retry_days": [2, 9], "attach_papers": ["invoice", "receipt"],
            "limits": {"clerk": {"refund": 1000, "write_off": 0, "credit": 2500, "adjustment": null},
                       "owner": {"refund": null, "write_off": null, "credit": null, "adjustment": 100_000}},
        });
        // First as a new business is, then with everything set to something else.
        for change in [None, Some(unlike)] {
            if let Some(change) = change {
                app.post("/settings", change).await.json(200);
            }
            let before = app.get("/settings").await.json(200);
            for path in &paths {
                send_back(&browser, path, path).await;
                assert_eq!(app.get("/settings").await.json(200), before, "{path} took something away");
            }
        }
    });
}

#[test]
fn a_customer_and_a_draft_that_are_sent_back_as_they_came_stay() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let browser = Browser::owner(app).await;
        let new = json!({"name": "Fern & \"Field\"", "email": "pay@fern.example", "phone": "+1 555 0101", "reference": "C-7",
            "address": "2 Lane\nSampleton", "locale": "fr", "hold_exempt": true});
        let customer = app.post("/customers", new).await.json(201)["id"].as_str().expect("an id").to_owned();
        let card = json!({"processor": prc, "token": "tok_4242424242424242"});
        let method = app.post(&format!("/customers/{customer}/methods"), card).await.json(201)["id"].clone();
        let switch = json!({"auto_charge": {"method": method, "at": "threshold", "threshold": 5_000}});
        app.patch(&format!("/customers/{customer}"), switch).await.json(200);
        let known = async || app.get(&format!("/customers/{customer}")).await.json(200);
        let before = known().await;
        let page = format!("/admin/customers/{customer}");
        send_back(&browser, &format!("{page}/edit"), &page).await;
        assert_eq!(known().await, before);
        send_back(&browser, &format!("{page}/auto-charge"), &format!("{page}/auto-charge")).await;
        assert_eq!(known().await, before);

        let lines = json!([
            {"kind": "service", "description": "Survey <two> days", "quantity": "2.5", "unit_amount": 10_000, "tax_rate": "7.7"},
            {"kind": "fee", "description": "Parking", "quantity": 3, "unit": "days", "unit_amount": 1_190, "tax_rate": "19", "tax_included": true},
            {"kind": "discount", "description": "Less", "quantity": 1, "unit_amount": -500},
        ]);
        let draft = json!({"customer": customer, "currency": "USD", "lines": lines, "due_on": "2026-03-01", "terms": "Net 30",
            "notes": "Thanks\nagain"});
        let draft = app.post("/invoices", draft).await.json(201)["id"].as_str().expect("an id").to_owned();
        let said = async || {
            let mut known = app.get(&format!("/invoices/{draft}")).await.json(200);
            // Lines of a draft are written anew.
            for line in known["lines"].as_array_mut().expect("lines") {
                line["id"] = Value::Null;
            }
            (
                known["lines"].clone(),
                known["total"].clone(),
                known["due_on"].clone(),
                known["terms"].clone(),
                known["notes"].clone(),
            )
        };
        let before = said().await;
        let form = format!("/admin/invoices/{draft}/edit");
        let action = address(&browser.page(&form).await, &format!("/admin/invoices/{draft}"));
        send_back(&browser, &form, action.trim_end_matches("/edit")).await;
        assert_eq!(said().await, before);
    });
}
