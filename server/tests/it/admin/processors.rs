//! A real processor in Settings: connected, tested, its keys replaced, by forms alone.

use fakes::stripe::{SECRET_KEY, StripeFake};

use super::browser::{Browser, address, field, wrong};
use crate::kit::TestApp;

const LIST: &str = "/admin/settings/processors";

#[test]
fn a_real_processor_is_connected_tested_and_changed_by_forms() {
    TestApp::both_with(async |app, _fake: &StripeFake| {
        let browser = Browser::owner(app).await;
        let offers = browser.page(LIST).await;
        assert!(offers.contains("new?kind=stripe"), "{offers}");
        let form = browser.page(&format!("{LIST}/new?kind=stripe")).await;
        assert!(field(&form, "secret_key").contains("type=\"password\"") && field(&form, "secret_key").contains("required"));
        assert!(!field(&form, "webhook_secret").contains("required"));

        let mistaken = [("kind", "stripe"), ("name", "Cards"), ("secret_key", "pk_test_1"), ("publishable_key", "pk_test_2")];
        let again = browser.post(LIST, &mistaken).await;
        assert_eq!(again.status, 422);
        assert_eq!(wrong(&again.text, "secret_key"), "This begins with sk_ or rk_.");
        assert!(field(&again.text, "name").contains("value=\"Cards\"") && !again.text.contains("pk_test_1"), "{}", again.text);

        let settings =
            [("kind", "stripe"), ("name", "Cards"), ("secret_key", SECRET_KEY), ("webhook_secret", "whsec_1234567890")];
        browser.does(LIST, &settings).await;
        let list = browser.page(LIST).await;
        assert!(list.contains("Nobody can pay through it yet.") && list.contains("/hooks/prc_"), "{list}");
        assert!(!list.contains(SECRET_KEY) && !list.contains("whsec_"), "keys are never shown again");
        let prc = address(&list, &format!("{LIST}/prc_"));
        let prc = prc.trim_end_matches("/test").trim_end_matches("/disable").to_owned();

        let tested = browser.post(&format!("{prc}/test"), &[]).await;
        assert!(
            tested.text.contains("It works.") && tested.text.contains("1.00 USD on its test card and let it go"),
            "{}",
            tested.text
        );
        assert!(!tested.text.contains("Nobody can pay through it yet."), "{}", tested.text);

        let form = browser.page(&prc).await;
        assert!(form.contains("ends in 7890") && form.contains("/hooks/prc_"), "{form}");
        assert!(!field(&form, "secret_key").contains("required") && !form.contains("whsec_1"), "{form}");
        browser.does(&prc, &[("name", "Cards, new"), ("webhook_secret", "whsec_replaced_9999")]).await;
        let form = browser.page(&prc).await;
        assert!(form.contains("ends in 9999") && field(&form, "name").contains("Cards, new"), "{form}");

        browser.does(&prc, &[("name", "Cards"), ("secret_key", "sk_test_wrong_key")]).await;
        let tested = browser.post(&format!("{prc}/test"), &[]).await;
        assert!(tested.text.contains("It does not work."), "{}", tested.text);
        browser.does(&format!("{prc}/disable"), &[]).await;
        browser.does(&format!("{prc}/enable"), &[]).await;
        assert!(browser.page(LIST).await.contains("Nobody can pay through it yet."));
    });
}
