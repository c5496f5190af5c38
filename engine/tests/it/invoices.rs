//! Invoices under pressure: two people at the same draft, two routes of money at once. On both databases.

use books::account::Target;
use books::invoice::InvoiceState;
use books::money::Currency;
use engine::db::Db;
use engine::error::Error;
use engine::flows::issue_invoice::{Issuing, issue_invoice, send_invoice};
use engine::flows::record_payment::{Part, Received, record_payment};
use engine::flows::request_payment::{Asking, request_payment};
use engine::flows::void_invoice::{GivingUp, void_invoice, write_off};
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::store::invoice::Wanted;
use engine::verify::verify;

use crate::kit::{Place, block_on};
use crate::shop::Shop;

async fn sheet(shop: &Shop, id: books::ids::InvoiceId) -> InvoiceSheet {
    invoice_sheet(&shop.services.db, shop.call.business, id).await.expect("the invoice")
}

async fn agrees(db: &Db) {
    let report = verify(db).await.expect("it can be looked at");
    assert!(report.agrees(), "{:#?}", report.businesses);
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

fn cash(shop: &Shop, invoice: books::ids::InvoiceId, amount: i64) -> Received {
    Received {
        customer: shop.customer,
        amount,
        currency: Currency::from_code("USD").expect("a known code"),
        kind: "cash".into(),
        reference: None,
        received_on: None,
        memo: None,
        parts: vec![Part { target: Target::Invoice(invoice), amount: None }],
        despite_pending: false,
        receipt: None,
        tendered: None,
        category: None,
        description: None,
    }
}

#[test]
fn one_of_two_issues_of_a_draft_wins_and_no_number_is_lost() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let draft = shop.draft(shop.customer, 10_000).await;
            let issue = || issue_invoice(&shop.services, &shop.call, draft, Issuing::default());
            let (one, two) = tokio::join!(issue(), issue());
            let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
            assert!(won.is_ok(), "{won:?}");
            assert_eq!(refused(lost), "NOT_DRAFT");
            let issued = sheet(&shop, draft).await;
            assert_eq!((issued.invoice.number.as_deref(), issued.figures.amount_due), (Some("INV-2026-00001"), 10_000));
            let next = shop.bill(shop.customer, 500).await;
            assert_eq!(sheet(&shop, next).await.invoice.number.as_deref(), Some("INV-2026-00002"));
            agrees(&shop.services.db).await;
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn an_invoice_paid_by_two_routes_at_once_owes_nothing_and_the_rest_is_credit() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let invoice = shop.bill(shop.customer, 10_000).await;
            let asked = request_payment(&shop.services, &shop.call, Target::Invoice(invoice), Asking::default()).await;
            let asked = asked.expect("a request").value;
            let link = sheet(&shop, invoice).await.requests.iter().find(|row| row.id == asked).expect("its request").link_id;
            let page = shop.page_of(link).await;
            let desk = record_payment(&shop.services.db, &shop.call, cash(&shop, invoice, 10_000));
            let ((), desk) = tokio::join!(shop.fill_in(&page, "4242424242424242"), desk);
            shop.work().await;
            let paid = sheet(&shop, invoice).await;
            assert_eq!((paid.state(), paid.figures.paid, paid.figures.amount_due), (InvoiceState::Paid, 10_000, 0));
            // Either the counter came first and the page was closed, or both arrived and one is credit.
            let taken: i64 = paid.payments.iter().filter(|one| one.succeeded_at.is_some()).map(|one| one.amount).sum();
            assert_eq!(paid.overpaid(), taken - 10_000, "{desk:?}");
            agrees(&shop.services.db).await;
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_void_and_a_payment_at_once_leave_the_money_as_credit_or_the_invoice_paid() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let invoice = shop.bill(shop.customer, 10_000).await;
            let void = void_invoice(&shop.services.db, &shop.call, invoice, "Twice", false);
            let money = record_payment(&shop.services.db, &shop.call, cash(&shop, invoice, 10_000));
            let (void, money) = tokio::join!(void, money);
            assert!(void.is_ok(), "{void:?}");
            if let Err(error) = money {
                assert_eq!(refused::<()>(Err(error)), "NOT_ISSUED");
            }
            let gone = sheet(&shop, invoice).await;
            assert_eq!((gone.state(), gone.figures.amount_due), (InvoiceState::Void, 0));
            agrees(&shop.services.db).await;
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn every_shown_state_is_found_by_its_own_filter() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (db, call) = (&shop.services.db, &shop.call);
            shop.draft(shop.customer, 100).await;
            shop.bill(shop.customer, 200).await;
            let part = shop.bill(shop.customer, 300).await;
            record_payment(db, call, cash(&shop, part, 100)).await.expect("a payment");
            let paid = shop.bill(shop.customer, 400).await;
            record_payment(db, call, cash(&shop, paid, 400)).await.expect("a payment");
            let void = shop.bill(shop.customer, 500).await;
            void_invoice(db, call, void, "Twice", false).await.expect("voided");
            let lost = shop.bill(shop.customer, 600).await;
            let giving = GivingUp { amount: None, reason: "Gone".into(), uncollectible: true, request_approval: false };
            write_off(db, call, lost, giving).await.expect("given up");
            for state in InvoiceState::ALL {
                let wanted = Wanted { state: Some(*state), limit: 10, ..Wanted::default() };
                let found = engine::sheets::invoice_list::shown(db, call.business, wanted).await.expect("a list");
                let states: Vec<InvoiceState> = found.iter().map(|listed| listed.state).collect();
                assert_eq!(states, [*state]);
            }
            assert_eq!(refused(send_invoice(&shop.services, call, void).await), "NOT_ISSUED");
            agrees(db).await;
            shop.services.db.shutdown();
        });
    }
}
