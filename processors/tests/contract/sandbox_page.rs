//! Sandbox's page, as a browser meets it.

use processors::sandbox::{CardEntry, CheckoutStep, PageId, PagePurpose, PageState};
use processors::{CheckoutRequest, CheckoutState, DeclineReason, Initiator, MethodKind, Outcome, SetupRequest};
use serde_json::json;

use crate::sandbox_stage::{SandboxStage, page_id, typed};
use crate::stage::{Role, Stage, done, of_saved, on_page, usd};

fn sandbox() -> SandboxStage {
    SandboxStage::new(json!({}))
}

async fn submit(sandbox: &SandboxStage, page: &PageId, entry: CardEntry<'_>) -> CheckoutStep {
    sandbox.bank.pay_checkout(page, &entry, sandbox.now()).await.expect("the bank works")
}

#[tokio::test]
async fn it_says_who_asks_for_how_much_and_where_to_go_back() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let page = stage.page(usd(35_550)).await;
    let view = sandbox.bank.checkout(&page_id(&page.url), stage.now()).await.expect("a page");
    assert_eq!((view.business.as_str(), view.amount, view.state), ("Nordwind Signs", Some(usd(35_550)), PageState::Open));
    assert_eq!((view.description.as_str(), view.reference.as_str()), ("Order 10023", "10023"));
    assert_eq!(view.methods, [MethodKind::Card, MethodKind::BankDebit]);
    assert_eq!(view.purpose, PagePurpose::Pay);
    assert_eq!(view.cancel_url, "https://pay.shop.example/p/back/abc");
    let step = submit(&sandbox, &page_id(&page.url), typed("4242424242424242")).await;
    assert_eq!(step, CheckoutStep::Paid { return_url: "https://pay.shop.example/p/return/abc".into() });
}

#[tokio::test]
async fn wrong_entries_are_named_and_nothing_is_tried() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let page = page_id(&stage.page(usd(100)).await.url);
    let entry = CardEntry { number: "5555555555554444", exp: "01/20", cvc: "1", name: "" };
    let CheckoutStep::Invalid { errors } = submit(&sandbox, &page, entry).await else { panic!("all of it is wrong") };
    assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["number", "exp", "cvc"]);
    let view = sandbox.bank.checkout(&page, stage.now()).await.expect("a page");
    assert_eq!((view.state, view.last_decline), (PageState::Open, None));
    assert!(!format!("{entry:?}").contains("5555"), "what was typed is not printed");
}

#[tokio::test]
async fn it_is_no_place_to_try_out_cards() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let page = stage.page(usd(100)).await;
    for tries in 1..20 {
        let step = submit(&sandbox, &page_id(&page.url), typed("4000000000000002")).await;
        assert!(matches!(step, CheckoutStep::Declined { return_url: None, .. }), "try {tries}");
    }
    let last = submit(&sandbox, &page_id(&page.url), typed("4000000000000002")).await;
    assert!(matches!(last, CheckoutStep::Declined { return_url: Some(_), .. }), "{last:?}");
    assert!(matches!(submit(&sandbox, &page_id(&page.url), typed("4242424242424242")).await, CheckoutStep::Closed { .. }));
    assert_eq!(stage.checkout_now(&page.id).await.state, CheckoutState::Expired);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_payer_without_a_word_and_the_page_paid() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let page = stage.page(usd(100)).await;
    assert_eq!(submit(&sandbox, &page_id(&page.url), typed("4000000000000119")).await, CheckoutStep::AnswerLost);
    assert_eq!(stage.checkout_now(&page.id).await.state, CheckoutState::Completed);
    let again = submit(&sandbox, &page_id(&page.url), typed("4242424242424242")).await;
    assert!(matches!(again, CheckoutStep::Paid { .. }), "the second click only hears that it is paid");
    assert_eq!(stage.captured_in_truth().await, 100);
}

#[tokio::test]
async fn a_page_cannot_be_guessed() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let id = page_id(&stage.page(usd(100)).await.url).to_string();
    assert_eq!(id.len(), 81);
    for at in 3..id.len() {
        let other = if id.as_bytes()[at] == b'1' { "2" } else { "1" };
        let guess = format!("{}{other}{}", &id[..at], &id[at + 1..]);
        let Ok(guess) = guess.parse::<PageId>() else { continue };
        assert!(sandbox.bank.checkout(&guess, stage.now()).await.is_err(), "letter {at}");
        assert!(sandbox.bank.pay_checkout(&guess, &typed("4242424242424242"), stage.now()).await.is_err(), "letter {at}");
    }
    let swapped = format!("ss_{}", &id[3..]);
    assert!(sandbox.bank.checkout(&swapped.parse().expect("well formed"), stage.now()).await.is_err());
    for text in ["", "cs_", "cs_x", "💳", &id[..80], &format!("{id}0"), "xx_01h455vb4pex5vsknk084sn02q"] {
        assert!(text.parse::<PageId>().is_err(), "{text}");
    }
    assert_eq!(page_id(&format!("/{id}")).connection(), books::ids::ConnectionId(uuid::Uuid::from_u128(77)));
}

#[tokio::test]
async fn what_is_not_offered_is_not_taken() {
    let sandbox = SandboxStage::new(json!({"bank_debit": false}));
    let stage: &dyn Stage = &sandbox;
    let page = page_id(&stage.page(usd(100)).await.url);
    assert_eq!(sandbox.bank.checkout(&page, stage.now()).await.expect("a page").methods, [MethodKind::Card]);
    assert!(matches!(submit(&sandbox, &page, typed("000123456789")).await, CheckoutStep::Invalid { .. }));

    let sandbox = self::sandbox();
    let stage: &dyn Stage = &sandbox;
    let hold = CheckoutRequest { capture: false, ..on_page(usd(100)) };
    let page = done(stage.processor().checkout(&stage.attempt(), &hold).await);
    let step = submit(&sandbox, &page_id(&page.url), typed("000123456789")).await;
    assert!(matches!(step, CheckoutStep::Invalid { .. }), "a debit cannot be held");
}

#[tokio::test]
async fn staff_and_holders_see_what_they_are_there_for() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let keyed = CheckoutRequest { by: Initiator::Staff, ..on_page(usd(100)) };
    let page = done(stage.processor().checkout(&stage.attempt(), &keyed).await);
    let view = sandbox.bank.checkout(&page_id(&page.url), stage.now()).await.expect("a page");
    assert_eq!((view.purpose, view.methods), (PagePurpose::StaffKeyed, vec![MethodKind::Card]));

    let (customer, method) = stage.saved(Role::Confirms).await;
    let outcome = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &method, usd(100))).await;
    let Outcome::NeedsAction(action) = outcome else { panic!("its bank asks for the holder") };
    let page = page_id(&action.url);
    let view = sandbox.bank.checkout(&page, stage.now()).await.expect("a page");
    assert_eq!((view.purpose, view.state), (PagePurpose::Confirm, PageState::Authenticating));
    assert_eq!(submit(&sandbox, &page, typed("4242424242424242")).await, CheckoutStep::NeedsAuthentication);
    let no = sandbox.bank.authenticate(&page, false, stage.now()).await.expect("the bank works");
    let CheckoutStep::Declined { decline, return_url } = no else { panic!("it is declined: {no:?}") };
    assert_eq!(decline.reason, DeclineReason::AuthenticationRequired);
    assert!(return_url.is_some(), "nothing more can be tried here");
    assert_eq!(stage.captured_in_truth().await, 0);
}

#[tokio::test]
async fn a_page_to_save_a_card_takes_it_once() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let customer = stage.customer().await;
    let request = SetupRequest {
        customer: customer.clone(),
        by: Initiator::Payer,
        return_url: "https://pay.shop.example/portal".into(),
        cancel_url: "https://pay.shop.example/portal".into(),
    };
    let setup = done(stage.processor().setup(&stage.attempt(), &request).await);
    let page = page_id(&setup.url);
    let view = sandbox.bank.checkout(&page, stage.now()).await.expect("a page");
    assert_eq!((view.purpose, view.amount), (PagePurpose::Save, None));
    assert!(matches!(submit(&sandbox, &page, typed("4111111111111111")).await, CheckoutStep::Invalid { .. }));
    assert!(matches!(submit(&sandbox, &page, typed("4000000000009995")).await, CheckoutStep::Saved { .. }));
    assert!(
        matches!(submit(&sandbox, &page, typed("4242424242424242")).await, CheckoutStep::Saved { .. }),
        "said again, not saved again"
    );
    let kept = done(stage.processor().methods(&customer, stage.now()).await);
    assert_eq!(kept.iter().map(|method| method.last4.as_str()).collect::<Vec<_>>(), ["9995"]);
}
