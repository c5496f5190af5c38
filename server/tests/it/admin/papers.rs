//! Settings of papers in the browser: looked at before it is kept, mistakes by line, back to the built-in one; what went along with a
//! mail; an address that takes no mails.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use engine::flows::call::Call;
use engine::flows::try_again::retry_mail;
use engine::jobs::run_due;
use engine::jobs::send_mail::Postman;
use engine::services::Services;
use engine::smtp::MailServer;
use serde_json::json;

use super::browser::{Browser, fresh_key};
use crate::kit::{Answer, TestApp};

const PATH: &str = "/admin/settings/papers/receipt";

/// Sends the template as the page's form does; `file` is what was chosen.
async fn submit(browser: &Browser<'_>, app: &TestApp, text: &str, file: &str, then: &str) -> Answer {
    let edge = fresh_key();
    let key = fresh_key();
    let mut whole = String::new();
    for (name, file_name, value) in [
        ("idempotency_key", "", key.as_str()),
        ("template", "; filename=\"own.typ\"", file),
        ("template", "", text),
        ("then", "", then),
    ] {
        whole.push_str(&format!("--{edge}\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n{value}\r\n"));
    }
    whole.push_str(&format!("--{edge}--\r\n"));
    let kind = format!("multipart/form-data; boundary={edge}");
    let headers = [
        ("cookie", browser.cookie.as_str()),
        ("content-type", kind.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("accept", "text/html"),
    ];
    app.send("POST", PATH, &headers, whole).await
}

#[test]
fn a_template_is_looked_at_kept_and_taken_away_in_the_page() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let first = browser.page(PATH).await;
        assert!(
            first.contains("The built-in template prints your receipts.")
                && first.contains("// The built-in template of receipt.")
        );
        let seen = submit(&browser, app, "printf '%%PDF-look'", "", "look").await;
        assert_eq!(
            (seen.status.as_u16(), seen.header("content-type"), seen.text.as_str()),
            (200, "application/pdf", "%PDF-look")
        );
        assert!(browser.page(PATH).await.contains("The built-in template prints your receipts."), "a look keeps nothing");

        let list = r#"[{"place":[2,5],"message":"unknown variable: amuont"}]"#;
        let typed = format!("printf '%s' '{list}'; exit 3 # my own words");
        let wrong = submit(&browser, app, &typed, "", "").await;
        assert_eq!(wrong.status.as_u16(), 422);
        assert!(wrong.text.contains("<li>Line 2, column 5: unknown variable: amuont.</li>"), "{}", wrong.text);
        assert!(wrong.text.contains("# my own words"), "what was typed is still there");

        // A chosen file comes before the text below it.
        let kept = submit(&browser, app, &typed, "printf '%%PDF-file'", "").await;
        assert_eq!((kept.status.as_u16(), kept.header("location").split('?').next()), (303, Some(PATH)), "{}", kept.text);
        let page = browser.page(PATH).await;
        assert!(page.contains("Your own template since") && page.contains("kept by The owner"), "{page}");
        for (path, text) in [("own.typ", "printf '%%PDF-file'"), ("built-in.typ", "// The built-in"), ("sample.json", "receipt")]
        {
            let file = browser.send("GET", &format!("{PATH}/{path}"), "").await;
            assert!(file.header("content-disposition").starts_with("attachment") && file.text.contains(text), "{}", file.text);
        }
        assert_eq!(browser.send("GET", &format!("{PATH}/sample.pdf"), "").await.text, "%PDF-file");
        assert_eq!(browser.does(&format!("{PATH}/restore"), &[]).await, PATH);
        assert_eq!(browser.send("GET", &format!("{PATH}/own.typ"), "").await.status.as_u16(), 404);
        assert_eq!(browser.send("GET", "/admin/settings/papers/postcard", "").await.status.as_u16(), 404);
        let binary = app.send("POST", PATH, &[("cookie", &browser.cookie), ("sec-fetch-site", "same-origin")], "x").await;
        assert_eq!(binary.status.as_u16(), 415);
    });
}

#[test]
fn the_first_page_and_the_settings_say_that_a_template_failed() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let mark = app.app.config.data.join("printed-once");
        let once = format!("if [ -e '{0}' ]; then kill -ABRT $$; fi; : > '{0}'; printf '%%PDF-once'", mark.display());
        assert_eq!(submit(&browser, app, &once, "", "").await.status.as_u16(), 303);
        let customer = app.customer("Fern & Field").await;
        let cash =
            json!({"customer": customer, "amount": 500, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        let payment = app.post("/payments", cash).await.json(201)["id"].as_str().expect("an id").to_owned();
        let paper = browser.send("GET", &format!("/admin/payments/{payment}/pdf"), "").await;
        assert_eq!(paper.text, "%PDF-", "the built-in template stands in");
        let home = browser.page("/admin").await;
        assert!(home.contains("Your own template of receipts failed; the built-in one is used in its place."), "{home}");
        assert!(browser.page(PATH).await.contains("the template needed more memory than 768 MB"));
    });
}

#[test]
fn chosen_mails_bring_their_paper_and_the_outbox_shows_it() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let path = "/admin/settings/papers";
        assert_eq!(browser.does(path, &[("attach", "receipt"), ("attach", "statement")]).await, path);
        let page = browser.page(path).await;
        assert!(page.contains("value=\"receipt\" checked") && !page.contains("value=\"invoice\" checked"), "{page}");
        app.post("/settings", json!({"receipt_external": true})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let cash =
            json!({"customer": customer, "amount": 500, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        let mail = app.all("/mails?kind=receipt").await[0]["id"].as_str().expect("an id").to_owned();
        let shown = browser.page(&format!("/admin/outbox/{mail}")).await;
        let file = format!("/admin/outbox/{mail}/attachments/PAY-2026-00001.pdf");
        assert!(shown.contains("<dt>Attached</dt>") && shown.contains(&file), "{shown}");
        let paper = browser.send("GET", &file, "").await;
        assert_eq!((paper.header("content-type"), paper.text.as_str()), ("application/pdf", "%PDF-"));
        assert_eq!(browser.does(path, &[]).await, path);
        assert!(!browser.page(path).await.contains("checked"), "none is chosen any more");
    });
}

/// A mail server that knows nobody: 550 to every recipient.
fn knows_nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut out = stream.try_clone().expect("a socket");
            let mut say = move |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).is_ok();
            say("220 mx.example");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                say(if line.starts_with("RCPT") { "550 5.1.1 User unknown" } else { "250 ok" });
            }
        }
    });
    url
}

#[test]
fn a_mail_that_did_not_get_through_is_shown_at_the_customer_until_the_address_changes() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let at = format!("/admin/customers/{customer}");
        app.post("/settings", json!({"receipt_external": true})).await.json(200);
        let cash =
            json!({"customer": customer, "amount": 500, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        assert!(!browser.page(&at).await.contains("Mail came back"));
        let mail = app.all("/mails?kind=receipt").await[0]["id"].as_str().expect("an id").to_owned();
        let postman = Postman::new(MailServer::new(&knows_nobody(), None).expect("its address"), "till@harbor.example")
            .expect("a mail server");
        let services = Services { postman: Some(postman), ..app.services().clone() };
        let call = Call::system(app.business, "test");
        retry_mail(&services.db, &call, mail.parse().expect("an id"), true).await.expect("queued again");
        run_due(&services).await.expect("jobs run");

        let page = browser.page(&at).await;
        assert!(page.contains("Mail came back") && page.contains("User unknown") && page.contains(&mail), "{page}");
        assert!(browser.page(&format!("/admin/outbox/{mail}")).await.contains("User unknown"));
        let known = app.get(&format!("/customers/{customer}")).await.json(200);
        assert_eq!((&known["unreached"]["mail"], &known["unreached"]["to"]), (&json!(mail), &json!("pay@fern.example")));
        app.patch(&format!("/customers/{customer}"), json!({"email": "till@fern.example"})).await.json(200);
        assert!(!browser.page(&at).await.contains("Mail came back"));
        assert!(app.get(&format!("/customers/{customer}")).await.json(200)["unreached"].is_null());
    });
}
