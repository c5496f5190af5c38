//! What PayPal's balance brings to the bank, as only PayPal does it: withdrawals when the owner wants, parts that stay, movements that
//! show late or never, and a right that is granted apart.

use std::collections::BTreeMap;

use fakes::paypal::{CLIENT, WEBHOOK};
use fakes::stripe::Card;
use processors::{Capability, Outcome, Payout, Payouts, RefundRequest, RejectReason};
use serde_json::json;

use crate::paypal_stage::{PayPalStage, connect_with};
use crate::stage::{DAY, Role, Stage, done, rejected, unknown, usd};

const HOUR: i64 = 3_600;

impl PayPalStage {
    /// Time passes, and nothing is sent to the bank by itself.
    fn wait(&self, seconds: i64) {
        self.fake.bank().now += seconds;
    }

    async fn listed(&self, after: Option<&str>) -> Outcome<Payouts> {
        self.processor().payouts(after, self.now()).await
    }

    async fn refunded(&self, charge: &str, amount: i64) {
        let refund = RefundRequest { charge: charge.to_owned(), amount: usd(amount), reason: "sent back".into() };
        done((self as &dyn Stage).processor().refund(&(self as &dyn Stage).attempt(), &refund).await);
    }
}

fn lines(payout: &Payout) -> BTreeMap<&str, i64> {
    let lines = payout.lines.iter().map(|line| (line.charge.as_str(), line.amount.minor));
    let sum: i64 = payout.lines.iter().map(|line| line.amount.minor).sum();
    assert_eq!(sum - payout.fees.minor - payout.kept.minor, payout.net.minor, "{payout:?}");
    lines.collect()
}

fn one(page: &Payouts) -> &Payout {
    let [payout] = &page.payouts[..] else { panic!("one payout, not {page:?}") };
    payout
}

#[tokio::test]
async fn what_goes_to_the_bank_is_taken_apart_and_what_stays_is_kept() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let first = stage.captured(Role::Pays, usd(10_000)).await;
    paypal.refunded(&first.id, 2_000).await;
    let stranger = {
        let mut bank = paypal.fake.bank();
        bank.charge_fee("USD", 150);
        bank.receive("USD", 500)
    };
    paypal.wait(HOUR);
    let withdrawn = paypal.fake.bank().withdraw("USD", 5_000);
    paypal.wait(HOUR);
    let page = done(paypal.listed(None).await);
    let payout = one(&page);
    assert_eq!((&payout.id, payout.net, payout.fees, payout.kept), (&withdrawn, usd(5_000), usd(470), usd(3_030)));
    assert_eq!(payout.arrived_on.to_string(), "2026-01-15");
    let ours = payout.lines.iter().find(|line| line.attempt == first.attempt).expect("our key leads to it");
    assert_eq!((ours.amount, lines(payout)[stranger.as_str()], payout.lines.len()), (usd(8_000), 500, 2));
    assert_eq!(done(paypal.listed(Some(&page.cursor)).await).payouts, [], "told once");

    // What is refunded later takes from the next, by the name of its charge.
    let second = stage.captured(Role::Pays, usd(3_000)).await;
    paypal.refunded(&first.id, 1_000).await;
    paypal.wait(40 * DAY);
    let rest = paypal.fake.bank().balance("USD");
    paypal.fake.bank().withdraw("USD", rest);
    let mut after = page.cursor.clone();
    let next = loop {
        let next = done(paypal.listed(Some(&after)).await);
        after.clone_from(&next.cursor);
        if !next.payouts.is_empty() || !next.more {
            break next;
        }
    };
    let payout = one(&next);
    assert_eq!((payout.net, payout.fees, payout.kept), (usd(4_913), usd(117), usd(-3_030)));
    assert_eq!(lines(payout)[first.id.as_str()], -1_000);
    assert!(payout.lines.iter().any(|line| line.attempt == second.attempt && line.amount == usd(3_000)), "{payout:?}");

    // The bank sends it back: it is PayPal's again.
    paypal.wait(HOUR);
    paypal.fake.bank().bounce(&payout.id);
    let returned = done(paypal.listed(Some(&after)).await);
    let payout = one(&returned);
    assert_eq!((payout.net, payout.fees, payout.kept, payout.lines.len()), (usd(-4_913), usd(0), usd(4_913), 0));
}

#[tokio::test]
async fn what_pays_an_invoice_of_paypals_is_known_by_the_invoice() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let request = processors::InvoiceRequest {
        number: "INV-2026-00042".into(),
        customer: None,
        email: "a@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![processors::InvoiceLine { description: "Signs".into(), quantity: "1".into(), amount: usd(7_000) }],
        amount: usd(7_000),
    };
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &request).await);
    done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(paypal.fake.pay_invoice(&draft.id, Card::Pays), Some(true));
    paypal.wait(HOUR);
    paypal.fake.bank().sweep();
    let page = done(paypal.listed(None).await);
    assert_eq!(lines(one(&page)), BTreeMap::from([(draft.id.as_str(), 7_000)]));
    assert_eq!((one(&page).fees, one(&page).kept), (usd(233), usd(0)));
}

#[tokio::test]
async fn what_does_not_add_up_is_waited_for_told_of_and_named_at_last() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    stage.captured(Role::Pays, usd(10_000)).await;
    let lost = paypal.fake.bank().receive("USD", 2_500);
    paypal.fake.bank().record.hidden.push(lost.clone());
    paypal.wait(HOUR);
    let withdrawal = paypal.fake.bank().withdraw("USD", 12_000);
    paypal.wait(HOUR);
    let early = done(paypal.listed(None).await);
    assert_eq!((&early.payouts[..], early.more), (&[][..], false), "it may still show");
    paypal.wait(DAY);
    let Outcome::Unknown { why } = paypal.listed(Some(&early.cursor)).await else { panic!("it is told of") };
    assert!(why.contains(&withdrawal) && why.contains("25.00 USD"), "{why}");

    // It shows: nothing is amiss.
    paypal.fake.bank().record.hidden.clear();
    assert_eq!(lines(one(&done(paypal.listed(Some(&early.cursor)).await)))[lost.as_str()], 2_500);
    // It never shows: PayPal's balances prove that it moved, and nobody knows what it was.
    paypal.fake.bank().record.hidden.push(lost);
    paypal.wait(6 * DAY);
    let at_last = done(paypal.listed(Some(&early.cursor)).await);
    assert_eq!(lines(one(&at_last))[format!("not-listed-before-{withdrawal}").as_str()], 2_500);
    assert_eq!(one(&at_last).kept, usd(180));
}

#[tokio::test]
async fn what_shows_late_or_is_under_way_is_told_when_it_is_there() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    stage.captured(Role::Pays, usd(10_000)).await;
    paypal.fake.bank().record.late = 3 * HOUR;
    let withdrawal = paypal.fake.bank().withdraw("USD", 9_000);
    let early = done(paypal.listed(None).await);
    assert_eq!(early.payouts, []);
    paypal.wait(3 * HOUR);
    paypal.fake.bank().record.movements.iter_mut().filter(|it| it.id == withdrawal).for_each(|it| it.status = "P");
    let under_way = done(paypal.listed(Some(&early.cursor)).await);
    assert_eq!(under_way.payouts, [], "it has not arrived");
    paypal.wait(3 * DAY);
    paypal.fake.bank().record.movements.iter_mut().filter(|it| it.id == withdrawal).for_each(|it| it.status = "S");
    assert_eq!(one(&done(paypal.listed(Some(&under_way.cursor)).await)).id, withdrawal);
}

#[tokio::test]
async fn a_balance_from_before_is_a_line_and_currencies_are_apart() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    paypal.fake.bank().receive("USD", 9_000);
    paypal.wait(40 * DAY);
    stage.captured(Role::Pays, usd(1_000)).await;
    let (dollars, euros) = {
        let mut bank = paypal.fake.bank();
        bank.receive("EUR", 700);
        (bank.withdraw("USD", 9_500), bank.withdraw("EUR", 300))
    };
    paypal.wait(HOUR);
    let page = done(paypal.listed(None).await);
    let of = |id: &str| page.payouts.iter().find(|payout| payout.id == id).unwrap_or_else(|| panic!("{id} of {page:?}"));
    assert_eq!(lines(of(&dollars))[format!("balance-before-{dollars}").as_str()], 9_000);
    assert_eq!((of(&dollars).fees, of(&dollars).kept), (usd(59), usd(441)));
    assert_eq!((of(&euros).kept.minor, of(&euros).kept.currency.code(), of(&euros).lines.len()), (400, "EUR", 1));
}

#[tokio::test]
async fn a_long_record_is_asked_for_in_parts_by_nothing_but_its_time() {
    let paypal = PayPalStage::new(json!({})).await;
    for _ in 0..250 {
        paypal.fake.bank().receive("USD", 100);
        paypal.wait(60);
    }
    paypal.fake.bank().sweep();
    let page = done(paypal.listed(None).await);
    assert_eq!((one(&page).net, one(&page).lines.len()), (usd(25_000), 250));
    let seen = paypal.fake.seen();
    let asked: Vec<_> = seen.iter().filter(|(request, _)| request.path == "/v1/reporting/transactions").collect();
    assert!(asked.len() > 3 && asked.iter().all(|(request, _)| request.query.split('&').count() == 2), "{}", asked.len());
}

#[tokio::test]
async fn a_right_that_was_not_given_is_told_in_a_sentence() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    paypal.fake.bank().record.refused = true;
    let Outcome::Rejected(refused) = paypal.listed(None).await else { panic!("PayPal says no") };
    assert_eq!(refused.reason, RejectReason::Forbidden);
    assert!(refused.text.contains("tick Transaction search") && refused.text.contains("Not read"), "{}", refused.text);
    let tested = done(stage.processor().test(&stage.attempt(), usd(1).currency).await);
    assert!(tested.text.contains("Payouts cannot be read."), "{}", tested.text);
    paypal.fake.bank().record.refused = false;
    let tested = done(stage.processor().test(&stage.attempt(), usd(1).currency).await);
    assert!(!tested.text.contains("Payouts"), "{}", tested.text);
    assert_eq!(rejected(paypal.listed(Some("yesterday")).await), RejectReason::BadRequest);

    let settings = json!({ "client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "payouts": "not_read" });
    let unread = connect_with(&paypal.fake.base_url, &settings);
    assert!(!unread.capabilities().can(Capability::Payouts));
    assert_eq!(rejected(unread.payouts(None, paypal.now()).await), RejectReason::Unsupported);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_tells_nothing() {
    let paypal = PayPalStage::new(json!({})).await;
    let nobody =
        connect_with("http://127.0.0.1:9", &json!({ "client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK }));
    unknown(nobody.payouts(None, paypal.now()).await);
}

#[tokio::test]
async fn two_cards_keyed_by_one_reference_are_two_lines() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let by = stage.attempt();
    let reference = stage.processor().terminal_apart(by.id).expect("it is claimed").reference;
    let first = stage.key_in_terminal(&reference, Role::Pays, usd(1_000));
    let second = stage.key_in_terminal(&reference, Role::Pays, usd(700));
    paypal.wait(HOUR);
    paypal.fake.bank().sweep();
    let page = done(paypal.listed(None).await);
    assert_eq!(lines(one(&page)), BTreeMap::from([(first.as_str(), 1_000), (second.as_str(), 700)]));
    assert!(one(&page).lines.iter().all(|line| line.attempt.is_none()), "the attempt leads to one of them only: {page:?}");
}

#[tokio::test]
async fn a_reference_is_known_however_people_copied_it() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let by = stage.attempt();
    let reference = stage.processor().terminal_apart(by.id).expect("it is claimed").reference;
    let id = stage.key_in_terminal(&format!(" {} ", reference.to_uppercase()), Role::Pays, usd(1_000));
    let found = done(stage.processor().find_keyed(&by).await);
    assert_eq!((found.id, found.attempt), (id, Some(by.id)));
}

#[tokio::test]
async fn what_another_app_took_is_a_stranger_and_no_missing_right() {
    let paypal = PayPalStage::new(json!({})).await;
    paypal.fake.bank().record.guarded = true;
    let stranger = paypal.fake.bank().receive("USD", 500);
    paypal.wait(HOUR);
    paypal.fake.bank().sweep();
    assert_eq!(lines(one(&done(paypal.listed(None).await))), BTreeMap::from([(stranger.as_str(), 500)]));
}

#[tokio::test]
async fn a_payment_that_was_partly_refunded_since_moved_its_money() {
    let paypal = PayPalStage::new(json!({})).await;
    let paid = paypal.fake.bank().receive("USD", 500);
    paypal.fake.bank().record.movements[0].status = "F";
    paypal.wait(HOUR);
    paypal.fake.bank().withdraw("USD", 500);
    assert_eq!(lines(one(&done(paypal.listed(None).await))), BTreeMap::from([(paid.as_str(), 500)]));
}

#[tokio::test]
async fn a_part_of_a_long_record_that_is_not_there_yet_is_empty() {
    let paypal = PayPalStage::new(json!({})).await;
    for _ in 0..250 {
        paypal.fake.bank().receive("USD", 100);
        paypal.wait(10);
    }
    paypal.fake.bank().sweep();
    paypal.fake.bank().record.late = 3 * HOUR;
    paypal.wait(3 * HOUR + 600);
    assert_eq!(one(&done(paypal.listed(None).await)).net, usd(25_000));
}

#[tokio::test]
async fn what_went_back_of_a_keyed_card_long_ago_is_still_known() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let reference = stage.processor().terminal_apart(stage.attempt().id).expect("it is claimed").reference;
    let id = stage.key_in_terminal(&reference, Role::Pays, usd(1_000));
    paypal.refunded(&id, 300).await;
    paypal.wait(40 * DAY);
    assert_eq!(stage.charge_now(&id).await.refunded, usd(300));
    paypal.fake.bank().dispute_on(&id);
    assert!(!done(stage.processor().changes(None, paypal.now()).await).changed.is_empty(), "one old charge holds up nothing");
}
