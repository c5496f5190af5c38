//! Saved methods in the portal: the customer's own, and nobody else's.

use serde_json::json;

use super::doors::signed_in;
use crate::kit::TestApp;

#[test]
fn methods_are_seen_chosen_removed_and_added_on_the_processors_page() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let other = app.post("/customers", json!({"name": "Other", "email": "other@else.example"})).await.json(201);
        let other = other["id"].as_str().expect("an id").to_owned();
        let keep = async |customer: &str, number: &str| {
            let body = json!({"processor": prc, "token": format!("tok_{number}")});
            let kept = app.post(&format!("/customers/{customer}/methods"), body).await.json(201);
            kept["id"].as_str().expect("an id").to_owned()
        };
        let first = keep(&customer, "4242424242424242").await;
        let second = keep(&customer, "4000000000000341").await;
        let theirs = keep(&other, "4242424242424242").await;
        let browser = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let page = browser.page(&home).await;
        assert!(page.contains("Visa ending 4242") && page.contains(&second) && !page.contains(&theirs), "{page}");

        browser.does(&format!("{home}/methods/{second}/default"), &[]).await;
        let methods = app.get(&format!("/customers/{customer}/methods")).await.json(200);
        let chosen = methods["data"].as_array().expect("methods").iter().find(|one| one["default"] == true).expect("one").clone();
        assert_eq!(chosen["id"], second.as_str());
        browser.does(&format!("{home}/methods/{first}/remove"), &[]).await;
        assert!(!browser.page(&home).await.contains(&first));
        for act in ["default", "remove"] {
            for unknown in [&theirs, &"pme_01h455vb4pex5vsknk084sn02q".to_owned(), &"nonsense".to_owned()] {
                let answer = browser.post(&format!("{home}/methods/{unknown}/{act}"), &[]).await;
                assert_eq!(answer.status.as_u16(), 404, "{unknown}/{act}: {}", answer.text);
            }
        }
        let led = browser.post(&format!("{home}/methods"), &[]).await;
        assert_eq!(led.status.as_u16(), 303, "{}", led.text);
        assert!(led.header("location").contains("/sandbox/"), "{}", led.header("location"));
        let back = browser.send("GET", &format!("{home}/method-added"), "").await;
        assert_eq!(back.header("location"), format!("{home}#methods"), "nothing was saved, and nothing broke");
        let events = app.all("/events?kind=method_removed&limit=50").await;
        assert_eq!(events[0]["actor"], customer.as_str());
    });
}
