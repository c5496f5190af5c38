//! Mail against a mail server of the tests' own, which asks to come back, hangs up after the text, refuses an address, takes
//! its time. On both databases. Left out: encryption and lines that are used again (`smtp_lines.rs`).

use books::account::Target;
use books::ids::MailId;
use books::order::OrderState;
use engine::error::Error;
use engine::flows::report_bounce::{report_bounce, report_notice};
use engine::flows::request_payment::{Asking, request_payment};
use engine::flows::reword_mail::{reword_mail, send_test_mail};
use engine::flows::save_business::save_settings;
use engine::flows::send_message::{NewMessage, To, send_message};
use engine::flows::send_statement::send_statement;
use engine::jobs::run_due;
use engine::jobs::send_mail::Postman;
use engine::mail::words::MailWords;
use engine::services::Services;
use engine::sheets::statement::Period;
use engine::smtp::MailServer;
use engine::store::business::Settings;
use engine::store::mail::{self, outbox};
use locale::Language;

use crate::kit::{Place, block_on};
use crate::mail_server::{Arrived, MailHost, Manner};
use crate::shop::{Shop, line};

fn header<'t>(text: &'t str, name: &str) -> &'t str {
    let wanted = format!("{name}: ");
    text.lines().find_map(|line| line.strip_prefix(&wanted)).unwrap_or_else(|| panic!("no {name} in\n{text}"))
}

/// The shop with a mail server of this manner.
async fn with_server(shop: &Shop, manners: Vec<Manner>) -> (Services, Arrived) {
    let host = MailHost::open(manners).await;
    let server = MailServer::new(&host.url(), None).expect("its address");
    let postman = Postman::new(server, "till@harbor.example").expect("a sender");
    (Services { postman: Some(postman), ..shop.services.clone() }, host.arrived)
}

pub async fn queued(services: &Services, shop: &Shop, to: &str) -> MailId {
    send_test_mail(services, &shop.call, "invoice", Language::English, to).await.expect("a test").value
}

pub async fn state(services: &Services, shop: &Shop, id: MailId) -> (String, Option<String>) {
    let mail = mail::mail(&services.db, shop.call.business, id).await.expect("the mail");
    (mail.state, mail.error)
}

/// What failed waits before it is tried again.
pub async fn later(services: &Services) {
    services.db.clock().advance_seconds(3_600);
    run_due(services).await.expect("jobs run");
}

#[test]
fn a_mail_that_was_put_off_is_sent_again_under_the_same_name() {
    for manner in [Manner::AsksToComeBack, Manner::HangsUpAfterTheText, Manner::IsSlow] {
        for place in Place::both() {
            block_on(async {
                let shop = Shop::open(&place).await;
                let (services, arrived) = with_server(&shop, vec![manner]).await;
                let id = queued(&services, &shop, "pay@fern.example").await;
                run_due(&services).await.expect("jobs run");
                let first = state(&services, &shop, id).await.0;
                assert_eq!(first, if manner == Manner::IsSlow { "sent" } else { "queued" }, "{manner:?}");
                later(&services).await;
                assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None), "{manner:?}");
                let texts = arrived.lock().expect("nobody panicked with it").clone();
                assert_eq!(texts.len(), if manner == Manner::HangsUpAfterTheText { 2 } else { 1 }, "{manner:?}");
                for text in &texts {
                    assert_eq!(header(text, "Message-ID"), format!("<{id}@harbor.example>"), "a receiver can tell a repeat");
                    assert_eq!(header(text, "Auto-Submitted"), "auto-generated");
                    assert!(header(text, "Subject").starts_with("Test: Invoice INV-2026-00031"), "{text}");
                }
                shop.services.db.shutdown();
            });
        }
    }
}

#[test]
fn one_bad_address_fails_alone_and_what_came_back_is_marked() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, arrived) = with_server(&shop, vec![Manner::Refuses]).await;
            let bad = queued(&services, &shop, "nobody@fern.example").await;
            run_due(&services).await.expect("jobs run");
            let good = queued(&services, &shop, "pay@fern.example").await;
            run_due(&services).await.expect("jobs run");
            let (failed, why) = state(&services, &shop, bad).await;
            assert_eq!(failed, "failed");
            assert!(why.is_some_and(|why| why.contains("User unknown")));
            assert_eq!(state(&services, &shop, good).await.0, "sent");
            assert_eq!(arrived.lock().expect("nobody panicked with it").len(), 1);

            let refused = report_bounce(&services.db, &shop.call, bad, None, "it came back").await;
            assert!(matches!(refused, Err(Error::Refused(no)) if no.code == "NOT_SENT"));
            let notice = format!(
                "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 Mailbox full\n\nMessage-ID: <{good}@harbor.example>\n"
            );
            for _ in 0..2 {
                report_notice(&services.db, &shop.call, &notice).await.expect("a notice");
                let bounced = ("bounced".to_owned(), Some("552 Mailbox full".to_owned()));
                assert_eq!(state(&services, &shop, good).await, bounced);
            }
            assert!(matches!(report_notice(&services.db, &shop.call, "Hello").await, Err(Error::Invalid(_))));
            shop.services.db.shutdown();
        });
    }
}

/// A mail about an order to these addresses, the first of them the customer's.
async fn asked(services: &Services, shop: &Shop, to: &str, cc: &str) -> MailId {
    let order = shop.order(shop.customer, vec![line("Oak shelf", 25_00)], OrderState::Confirmed).await;
    let asking = Asking { to: Some(to.to_owned()), cc: vec![cc.to_owned()], ..Asking::default() };
    request_payment(services, &shop.call, Target::Order(order), asking).await.expect("a request");
    run_due(services).await.expect("jobs run");
    let newest = outbox(&services.db, shop.call.business, None, "payment_request", None, 1).await.expect("mails");
    newest.first().expect("the request's").id
}

#[test]
fn a_copy_that_is_refused_or_put_off_for_long_holds_up_nobody() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, arrived) = with_server(&shop, vec![Manner::KnowsSome]).await;
            let id = asked(&services, &shop, "pay@fern.example", "nobody@fern.example").await;
            let said = "No copy for nobody@fern.example: The mail server localhost answered 550 5.1.1 User unknown";
            assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), Some(said.to_owned())));
            // The other way round the copy arrives, and the customer is known not to be reached.
            let id = asked(&services, &shop, "nobody@fern.example", "pay@fern.example").await;
            let (failed, why) = state(&services, &shop, id).await;
            assert!(failed == "failed" && why.is_some_and(|why| why.contains("answered 550 5.1.1 User unknown")));
            assert_eq!(arrived.lock().expect("nobody panicked with it").len(), 2);

            let (services, arrived) = with_server(&shop, vec![Manner::PutsSomeOff; 8]).await;
            let id = asked(&services, &shop, "pay@fern.example", "nobody@fern.example").await;
            for _ in 0..2 {
                assert_eq!(state(&services, &shop, id).await.0, "queued", "a copy may be greylisted");
                later(&services).await;
            }
            assert!(arrived.lock().expect("nobody panicked with it").is_empty());
            later(&services).await;
            let (sent, why) = state(&services, &shop, id).await;
            assert!(sent == "sent" && why.is_some_and(|why| why.starts_with("No copy for nobody@fern.example: ")));
            assert_eq!(arrived.lock().expect("nobody panicked with it").len(), 1);
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_copy_that_came_back_says_nothing_of_the_customer() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, _) = with_server(&shop, Vec::new()).await;
            let id = asked(&services, &shop, "pay@fern.example", "Books@fern.example").await;
            let notice = |address: &str| {
                format!(
                    "Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 Mailbox full\n\n\
                     Message-ID: <{id}@harbor.example>\n"
                )
            };
            let said = "No copy for Books@fern.example: 552 Mailbox full";
            for _ in 0..2 {
                report_notice(&services.db, &shop.call, &notice("books@FERN.example")).await.expect("a notice");
                assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), Some(said.to_owned())));
            }
            let told =
                |address: &'static str, reason: &'static str| report_bounce(&services.db, &shop.call, id, Some(address), reason);
            let stranger = told("stranger@fern.example", "gone").await;
            assert!(
                matches!(stranger, Err(Error::Invalid(no)) if no.iter().any(|one| one.field == "address")),
                "not among its own"
            );
            told("books@fern.example", "gone for good").await.expect("the copy");
            let both = format!("{said} No copy for Books@fern.example: gone for good");
            assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), Some(both)));
            // An address that we do not know is where the customer's own server sent it on to.
            report_notice(&services.db, &shop.call, &notice("private@elsewhere.example")).await.expect("a notice");
            assert_eq!(state(&services, &shop, id).await, ("bounced".to_owned(), Some("552 Mailbox full".to_owned())));
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn mails_about_one_order_stand_together_and_a_receipt_names_what_is_left() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, arrived) = with_server(&shop, Vec::new()).await;
            let order = shop.order(shop.customer, vec![line("Oak shelf", 25_00)], OrderState::Confirmed).await;
            shop.ask(order).await;
            run_due(&services).await.expect("jobs run");
            shop.pay_outside(shop.customer, 40_00, Some(order)).await;
            run_due(&services).await.expect("jobs run");
            let texts = arrived.lock().expect("nobody panicked with it").clone();
            let [asked, receipt] = texts.as_slice() else { panic!("{texts:?}") };
            for text in [asked, receipt] {
                assert_eq!(header(text, "References"), format!("<{order}@harbor.example>"));
            }
            assert!(receipt.contains("Left as your credit: $15.00"), "{receipt}");
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_message_says_how_to_ask_for_no_more_and_words_are_the_business_own() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, arrived) = with_server(&shop, Vec::new()).await;
            let new = NewMessage { to: To::These(vec![shop.customer]), subject: "We move".into(), body: "Soon.".into() };
            send_message(&services.db, &shop.call, new).await.expect("a message");
            let own = MailWords {
                subject: Some("{document} for you: {amount}".into()),
                body: Some("{greeting}\n\nplease find it below.".into()),
            };
            reword_mail(&services.db, &shop.call, "invoice", Language::English, own).await.expect("good words");
            queued(&services, &shop, "pay@fern.example").await;
            for _ in 0..3 {
                run_due(&services).await.expect("jobs run");
            }
            let texts = arrived.lock().expect("nobody panicked with it").clone();
            let message = texts.iter().find(|text| text.contains("We move")).expect("the message");
            assert!(header(message, "List-Unsubscribe").starts_with("<mailto:"), "{message}");
            assert!(header(message, "References").starts_with("<msg_"), "{message}");
            assert!(!message.contains("Auto-Submitted"), "a person wrote it");
            let test = texts.iter().find(|text| text.contains("Test: ")).expect("the test");
            assert_eq!(header(test, "Subject"), "Test: Invoice INV-2026-00031 for you: $62.40");
            assert!(test.contains("please find it below."), "{test}");
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_paper_goes_along_and_every_try_sends_the_same() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let (services, arrived) = with_server(&shop, vec![Manner::HangsUpAfterTheText]).await;
            let settings = Settings { attach_papers: vec!["statement".to_owned()], ..Settings::default() };
            save_settings(&services.db, &shop.call, settings).await.expect("a setting");
            let day = |text: &str| books::calendar::parse_day(text).expect("a day");
            let period = Period::new(day("2026-01-01"), day("2026-01-31")).expect("days in order");
            let keys = &services.keys;
            send_statement(&services.db, keys, &shop.call, shop.customer, None, period).await.expect("a statement");
            run_due(&services).await.expect("jobs run");
            // What is drawn by then is another paper; what goes out is the one that was kept.
            let again = Services { press: None, ..services.clone() };
            later(&again).await;
            let texts = arrived.lock().expect("nobody panicked with it").clone();
            let parts = |text: &String| {
                assert!(header(text, "Content-Type").starts_with("multipart/mixed"), "{text}");
                assert!(text.contains("multipart/alternative") && text.contains("Content-Type: text/plain"), "{text}");
                assert!(text.contains("filename=\"statement.pdf\"") && text.contains("Content-Type: application/pdf"), "{text}");
                let (_, file) = text.split_once("filename=\"statement.pdf\"").expect("it is there");
                file.split("--").next().unwrap_or_default().replace("\r\n", "")
            };
            let files: Vec<String> = texts.iter().map(parts).collect();
            assert_eq!(files.len(), 2, "the first answer was lost");
            assert!(files[0] == files[1] && files[0].ends_with("%PDF-statement"), "{files:?}");
            shop.services.db.shutdown();
        });
    }
}
