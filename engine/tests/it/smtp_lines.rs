//! The line to a mail server: encrypted and verified or not used, used again, and given up in time. On both databases.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use engine::flows::send_message::{NewMessage, To, send_message};
use engine::jobs::send_mail::Postman;
use engine::jobs::{run_due, run_for_ever};
use engine::services::Services;
use engine::smtp::MailServer;
use engine::store::mail::outbox;

use crate::kit::{Place, block_on};
use crate::mail_server::{Authority, Crypt, MailHost, Manner};
use crate::shop::Shop;
use crate::smtp::{later, queued, state};

/// The public end of a year in which these tests will not be run any more.
const LATE: i32 = 2099;

fn posted(shop: &Shop, url: &str, authority: Option<&Authority>) -> Services {
    let server = MailServer::new(url, authority.map(|one| one.pem.as_bytes())).expect("an address");
    through(shop, server)
}

fn through(shop: &Shop, server: MailServer) -> Services {
    let postman = Postman::new(server, "till@harbor.example").expect("a sender");
    Services { postman: Some(postman), ..shop.services.clone() }
}

#[test]
fn a_mail_goes_over_an_encrypted_line_to_a_server_that_is_trusted() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let authority = Authority::new("Harbor");
            let tls = authority.vouch("localhost", LATE).acceptor;
            for (crypt, demand) in [(Crypt::FromTheStart(tls.clone()), ""), (Crypt::StartTls(tls), "?tls=required")] {
                let host = MailHost::with(Vec::new(), crypt).await;
                let url = format!("{}{demand}", host.url().replace("://", "://harbor:pass%20word@"));
                let services = posted(&shop, &url, Some(&authority));
                let id = queued(&services, &shop, "pay@fern.example").await;
                run_due(&services).await.expect("jobs run");
                assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None), "{url}");
                assert_eq!(host.texts().len(), 1);
            }
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_server_that_is_not_trusted_gets_nothing_and_the_outbox_says_why() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let [known, unknown, impostor] = ["Harbor", "Elsewhere", "Harbor"].map(Authority::new);
            let good = known.vouch("localhost", LATE).acceptor;
            let wrong = [
                (unknown.vouch("localhost", LATE), "is from an authority that is not known here"),
                (impostor.vouch("localhost", LATE), "is from an authority that is not known here"),
                (known.vouch("localhost", 2021), "has expired"),
                (known.vouch("mx.elsewhere.example", LATE), "is made out for another name"),
            ];
            for (shown, why) in wrong {
                let tls = shown.acceptor;
                for crypt in [Crypt::FromTheStart(tls.clone()), Crypt::StartTls(tls)] {
                    let host = MailHost::with(Vec::new(), crypt).await;
                    let services = posted(&shop, &demanding(&host), Some(&known));
                    let id = queued(&services, &shop, "pay@fern.example").await;
                    run_due(&services).await.expect("jobs run");
                    let (queued, said) = state(&services, &shop, id).await;
                    let said = said.expect("a reason");
                    assert_eq!(queued, "queued", "a certificate can be mended");
                    assert!(said.contains(why) && said.contains("localhost") && said.ends_with("Nothing was sent."), "{said}");
                    assert!(host.texts().is_empty());
                    // Once the server shows a good one, the mail goes out and the reason is gone.
                    let mended = MailHost::with(Vec::new(), Crypt::FromTheStart(good.clone())).await;
                    let services = posted(&shop, &mended.url(), Some(&known));
                    later(&services).await;
                    assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None));
                }
            }
            shop.services.db.shutdown();
        });
    }
}

fn demanding(host: &MailHost) -> String {
    format!("{}?tls=required", host.url())
}

#[test]
fn encryption_that_was_demanded_and_is_not_offered_is_an_end_before_the_password() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(Vec::new()).await;
            let url = demanding(&host).replace("://", "://harbor:secret@");
            let services = posted(&shop, &url, None);
            let id = queued(&services, &shop, "pay@fern.example").await;
            run_due(&services).await.expect("jobs run");
            let said = "The mail server localhost offers no encryption (STARTTLS). Nothing was sent.";
            assert_eq!(state(&services, &shop, id).await, ("queued".to_owned(), Some(said.to_owned())));
            assert!(host.texts().is_empty());
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_password_that_is_not_taken_waits_for_a_better_one() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::KnowsNobody]).await;
            let services = posted(&shop, &host.url().replace("://", "://harbor:secret@"), None);
            let id = queued(&services, &shop, "pay@fern.example").await;
            run_due(&services).await.expect("jobs run");
            let (queued, said) = state(&services, &shop, id).await;
            let said = said.expect("a reason");
            assert_eq!(queued, "queued");
            assert!(said.contains("did not take the name and password: 535 5.7.8 Wrong") && !said.contains("secret"), "{said}");
            later(&services).await;
            assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None));
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn one_line_serves_many_mails_and_many_at_once_share_a_few() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(Vec::new()).await;
            let services = posted(&shop, &host.url(), None);
            for _ in 0..5 {
                queued(&services, &shop, "pay@fern.example").await;
                run_due(&services).await.expect("jobs run");
            }
            assert_eq!((host.texts().len(), host.called()), (5, 1));
            for _ in 0..30 {
                queued(&services, &shop, "pay@fern.example").await;
            }
            run_due(&services).await.expect("jobs run");
            assert_eq!(host.texts().len(), 35);
            assert!(host.called() <= 8, "{} lines", host.called());
            let mut names: Vec<String> = host.texts().iter().map(|text| named(text)).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 35, "each mail once");
            shop.services.db.shutdown();
        });
    }
}

fn named(text: &str) -> String {
    text.lines().find(|line| line.starts_with("Message-ID: ")).expect("a name").to_owned()
}

#[test]
fn a_line_that_was_dropped_meanwhile_is_replaced_and_no_mail_is_lost_or_doubled() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::HangsUpAfterwards, Manner::HangsUpAfterwards]).await;
            let services = posted(&shop, &host.url(), None);
            for already in 1..=3 {
                let id = queued(&services, &shop, "pay@fern.example").await;
                run_due(&services).await.expect("jobs run");
                assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None));
                assert_eq!((host.texts().len(), host.called()), (already, already));
            }
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_talk_that_was_given_up_is_never_gone_on_with() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::FallsAsleep]).await;
            let server = MailServer::new(&host.url(), None).expect("an address").patient_for(Duration::from_millis(500));
            let services = through(&shop, server);
            let id = queued(&services, &shop, "pay@fern.example").await;
            run_due(&services).await.expect("jobs run");
            let (queued, said) = state(&services, &shop, id).await;
            assert_eq!(queued, "queued");
            assert!(said.is_some_and(|said| said.contains("did not answer within")));
            later(&services).await;
            assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None));
            let texts = host.texts();
            assert_eq!((texts.len(), host.called()), (2, 2), "on a line of its own");
            assert_eq!(named(&texts[0]), named(&texts[1]), "a receiver can tell a repeat");
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn many_mails_to_a_slow_server_each_have_their_whole_time() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::IsSlow; 40]).await;
            // More than one of them needs, and less than they need one after another on so many lines.
            let server = MailServer::new(&host.url(), None).expect("an address").patient_for(Duration::from_secs(4));
            let services = through(&shop, server);
            let mut mails = Vec::new();
            for at in 0..40 {
                mails.push(queued(&services, &shop, &format!("pay{at}@fern.example")).await);
            }
            run_due(&services).await.expect("jobs run");
            for id in mails {
                assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None));
            }
            assert!(host.texts().len() == 40 && host.called() <= 16, "{} lines for 8 mails at a time", host.called());
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_mail_that_a_server_sleeps_over_holds_up_no_other() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::FallsAsleep]).await;
            let services = posted(&shop, &host.url(), None);
            let first = queued(&services, &shop, "pay@fern.example").await;
            let running = tokio::spawn(run_for_ever(services.clone()));
            wait_until(async || host.texts().len() == 1).await;
            let second = queued(&services, &shop, "pay@fjord.example").await;
            wait_until(async || state(&services, &shop, second).await.0 == "sent").await;
            assert_eq!(state(&services, &shop, first).await.0, "queued", "its answer has not come yet");
            running.abort();
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_mail_server_that_sleeps_holds_up_no_other_work() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let host = MailHost::open(vec![Manner::FallsAsleep; 4]).await;
            let services = posted(&shop, &host.url(), None);
            queued(&services, &shop, "pay@fern.example").await;
            let running = tokio::spawn(run_for_ever(services.clone()));
            wait_until(async || host.texts().len() == 1).await;
            let new = NewMessage { to: To::These(vec![shop.customer]), subject: "We move".into(), body: "Soon.".into() };
            send_message(&services.db, &shop.call, new).await.expect("a message");
            wait_until(async || {
                let mails = outbox(&services.db, shop.call.business, None, "message", None, 10).await.expect("mails");
                mails.len() == 1
            })
            .await;
            running.abort();
            shop.services.db.shutdown();
        });
    }
}

async fn wait_until(holds: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to pass within ten seconds");
}

/// aiosmtpd, a mail server that other people wrote; `cargo xtask test` installs it and says where it is.
const AIOSMTPD: &str = "OWED_AIOSMTPD";

#[test]
fn a_server_of_other_people_takes_our_mail_over_starttls_and_over_tls() {
    let Some(program) = std::env::var_os(AIOSMTPD) else {
        println!("{AIOSMTPD} is not set: not tried against aiosmtpd");
        return;
    };
    let authority = Authority::new("Harbor");
    let shown = authority.vouch("localhost", LATE);
    for (scheme, certificate, key) in [("smtp", "--tlscert", "--tlskey"), ("smtps", "--smtpscert", "--smtpskey")] {
        for place in Place::both() {
            let (pem, secret) = (place.data.join("cert.pem"), place.data.join("key.pem"));
            std::fs::write(&pem, &shown.certificate).expect("room");
            std::fs::write(&secret, &shown.key).expect("room");
            let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
            let mut peer = Command::new(&program)
                .args(["-n", "-l", &format!("localhost:{port}"), "-c", "aiosmtpd.handlers.Debugging", "stdout"])
                .args([certificate.as_ref(), pem.as_os_str(), key.as_ref(), secret.as_os_str()])
                .env("PYTHONUNBUFFERED", "1")
                .stdout(Stdio::piped())
                .spawn()
                .expect("aiosmtpd starts");
            block_on(async {
                wait_until(async || tokio::net::TcpStream::connect(("localhost", port)).await.is_ok()).await;
                let shop = Shop::open(&place).await;
                let url = format!("{scheme}://localhost:{port}?tls=required");
                let services = posted(&shop, &url, Some(&authority));
                let ids =
                    [queued(&services, &shop, "pay@fern.example").await, queued(&services, &shop, "two@fern.example").await];
                run_due(&services).await.expect("jobs run");
                for id in ids {
                    assert_eq!(state(&services, &shop, id).await, ("sent".to_owned(), None), "{scheme}");
                }
                shop.services.db.shutdown();
            });
            peer.kill().expect("it still runs");
            let mut said = String::new();
            peer.stdout.take().expect("piped").read_to_string(&mut said).expect("it wrote text");
            peer.wait().expect("it ended");
            assert_eq!(said.matches("MESSAGE FOLLOWS").count(), 2, "{said}");
            assert!(said.contains("Auto-Submitted: auto-generated") && said.contains("pay@fern.example"), "{said}");
        }
    }
}
