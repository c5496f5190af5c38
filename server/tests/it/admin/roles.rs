//! Who may do what: every POST of the staff pages, by every role.

use engine::store::user::Role;

use super::browser::{Browser, body, fresh_key};
use crate::kit::TestApp;

/// The least role of every POST that changes something for others.
const POSTS: &[(&str, Role)] = &[
    ("/admin/background/{id}/retry", Role::Clerk),
    ("/admin/customers", Role::Clerk),
    ("/admin/customers/{id}", Role::Clerk),
    ("/admin/customers/{id}/e-invoicing", Role::Clerk),
    ("/admin/customers/{id}/entries", Role::Clerk),
    ("/admin/customers/{id}/adjustments", Role::Manager),
    ("/admin/customers/{id}/auto-charge", Role::Clerk),
    ("/admin/customers/{id}/pay-out", Role::Clerk),
    ("/admin/customers/{id}/links", Role::Clerk),
    ("/admin/customers/{id}/statements", Role::Clerk),
    ("/admin/customers/{id}/act", Role::Clerk),
    ("/admin/messages", Role::Clerk),
    ("/admin/messages/draft", Role::Clerk),
    ("/admin/links/{id}/send", Role::Clerk),
    ("/admin/links/{id}/regenerate", Role::Clerk),
    ("/admin/links/{id}/revoke", Role::Clerk),
    ("/admin/entries/{id}/reverse", Role::Manager),
    ("/admin/orders", Role::Clerk),
    ("/admin/orders/{id}/confirm", Role::Clerk),
    ("/admin/orders/{id}/complete", Role::Clerk),
    ("/admin/orders/{id}/approve", Role::Clerk),
    ("/admin/orders/{id}/cancel", Role::Clerk),
    ("/admin/orders/{id}/deny", Role::Clerk),
    ("/admin/orders/{id}/withdraw", Role::Clerk),
    ("/admin/orders/{id}/amendments", Role::Clerk),
    ("/admin/orders/{id}/payment-requests", Role::Clerk),
    ("/admin/orders/{id}/remote-invoices", Role::Clerk),
    ("/admin/orders/{id}/invoices", Role::Clerk),
    ("/admin/invoices", Role::Clerk),
    ("/admin/invoices/send", Role::Clerk),
    ("/admin/invoices/{id}", Role::Clerk),
    ("/admin/invoices/{id}/issue", Role::Clerk),
    ("/admin/invoices/{id}/issue-and-charge", Role::Clerk),
    ("/admin/invoices/{id}/send", Role::Clerk),
    ("/admin/invoices/{id}/discard", Role::Clerk),
    ("/admin/invoices/{id}/duplicate", Role::Clerk),
    ("/admin/invoices/{id}/late-fee", Role::Clerk),
    ("/admin/invoices/{id}/void", Role::Manager),
    ("/admin/invoices/{id}/uncollectible", Role::Clerk),
    ("/admin/invoices/{id}/write-off", Role::Clerk),
    ("/admin/invoices/{id}/credit", Role::Clerk),
    ("/admin/invoices/{id}/payment-requests", Role::Clerk),
    ("/admin/invoices/{id}/remote-invoices", Role::Clerk),
    ("/admin/remote-invoices/{id}/send", Role::Clerk),
    ("/admin/remote-invoices/{id}/cancel", Role::Clerk),
    ("/admin/payments/in-person", Role::Clerk),
    ("/admin/requests/{id}/resend", Role::Clerk),
    ("/admin/requests/{id}/close", Role::Clerk),
    ("/admin/payments", Role::Clerk),
    ("/admin/card/{kind}/{payment}", Role::Clerk),
    ("/admin/payments/card", Role::Clerk),
    ("/admin/payments/{id}/capture", Role::Clerk),
    ("/admin/payments/{id}/void", Role::Clerk),
    ("/admin/payments/{id}/look", Role::Clerk),
    ("/admin/payments/{id}/retry", Role::Clerk),
    ("/admin/customers/{id}/methods", Role::Clerk),
    ("/admin/methods/{id}/default", Role::Clerk),
    ("/admin/methods/{id}/remove", Role::Clerk),
    ("/admin/payments/{id}/refunds", Role::Clerk),
    ("/admin/payments/{id}/reallocate", Role::Clerk),
    ("/admin/approvals/{id}/approve", Role::Manager),
    ("/admin/approvals/{id}/reject", Role::Manager),
    ("/admin/outbox/{id}/retry", Role::Clerk),
    ("/admin/settings", Role::Manager),
    ("/admin/settings/logo", Role::Manager),
    ("/admin/settings/logo/remove", Role::Manager),
    ("/admin/settings/collecting", Role::Manager),
    ("/admin/settings/e-invoices", Role::Manager),
    ("/admin/settings/mails/{kind}", Role::Manager),
    ("/admin/settings/papers", Role::Manager),
    ("/admin/settings/papers/{kind}", Role::Manager),
    ("/admin/settings/papers/{kind}/text", Role::Manager),
    ("/admin/settings/papers/{kind}/restore", Role::Manager),
    ("/admin/settings/people", Role::Owner),
    ("/admin/settings/people/{id}/role", Role::Owner),
    ("/admin/settings/people/{id}/disable", Role::Owner),
    ("/admin/settings/keys", Role::Owner),
    ("/admin/settings/keys/{id}/revoke", Role::Owner),
    ("/admin/settings/processors", Role::Owner),
    ("/admin/settings/processors/{id}", Role::Owner),
    ("/admin/settings/processors/{id}/test", Role::Owner),
    ("/admin/settings/processors/{id}/disable", Role::Owner),
    ("/admin/settings/processors/{id}/enable", Role::Owner),
];
/// Sandbox's desk moves money at the pretend bank.
const DESK: [(&str, Role); 4] = [
    ("/admin/sandbox/{id}/charges/{charge}/dispute", Role::Owner),
    ("/admin/sandbox/{id}/charges/{charge}/return", Role::Owner),
    ("/admin/sandbox/{id}/charges/{charge}/refund", Role::Owner),
    ("/admin/sandbox/{id}/faults", Role::Owner),
];
/// What everybody may do about their own sign-in, and what nobody needs to be signed in for.
const OWN: [&str; 7] = [
    "/setup/{token}",
    "/admin/sign-in",
    "/admin/sign-out",
    "/admin/switch",
    "/admin/settings/sessions/end-all",
    "/admin/settings/sessions/{id}/end",
    "/admin/settings/password",
];

/// Every path to which the staff pages post.
pub fn posts() -> impl Iterator<Item = &'static str> {
    all().map(|(path, _)| path).chain(OWN.iter().copied())
}

fn all() -> impl Iterator<Item = (&'static str, Role)> {
    POSTS.iter().copied().chain(DESK)
}

#[test]
fn every_post_is_in_the_table() {
    let source = include_str!("../../../src/admin.rs");
    let mut routed: Vec<&str> = source
        .lines()
        .filter(|line| line.contains(".route(") && line.contains("post("))
        .map(|line| line.split('"').nth(1).expect("a path in quotes"))
        .collect();
    let mut known: Vec<&str> = all().map(|(path, _)| path).chain(OWN).collect();
    routed.sort_unstable();
    known.sort_unstable();
    assert_eq!(routed, known);
}

fn path(pattern: &str) -> String {
    pattern
        .replace("{id}", "xxx_01h455vb4pex5vsknk084sn02q")
        .replace("{charge}", "ch_none")
        .replace("{kind}", "none")
        .replace("{payment}", "pay_01h455vb4pex5vsknk084sn02q")
}

#[test]
fn each_role_does_what_its_place_allows_and_no_more() {
    TestApp::both(async |app| {
        for role in [Role::Viewer, Role::Clerk, Role::Manager] {
            let browser = Browser::of_role(app, role).await;
            for (pattern, least) in all() {
                let form = body(&[("idempotency_key", &fresh_key())]);
                let answer = browser.send("POST", &path(pattern), &form).await;
                let refused = answer.status.as_u16() == 403;
                assert_eq!(refused, role < least, "{role:?} {pattern}: {}", answer.status);
                if refused {
                    assert!(answer.text.contains("Your role may not do this"), "{pattern}: {}", answer.text);
                }
            }
        }
        assert!(app.all("/customers?limit=200").await.is_empty(), "nothing was done by any of it");
    });
}

#[test]
fn nobody_is_sent_to_sign_in() {
    TestApp::both(async |app| {
        let stranger = Browser::stranger(app);
        for (pattern, _) in all() {
            let answer = stranger.send("POST", &path(pattern), "").await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin/sign-in"), "{pattern}");
        }
    });
}

#[test]
fn a_viewer_sees_actions_with_the_reason_why_not() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        let viewer = Browser::of_role(app, Role::Viewer).await;
        let page = viewer.page(&format!("/admin/orders/{order}")).await;
        for action in ["request_payment", "add_payment", "amend", "cancel"] {
            assert!(page.contains(&format!("data-action=\"{action}\" data-code=\"NO_RIGHT\"")), "{action}: {page}");
        }
        let clerk = Browser::of_role(app, Role::Clerk).await;
        let page = clerk.page(&format!("/admin/orders/{order}")).await;
        assert!(page.contains("data-action=\"request_payment\" data-code=\"NO_PROCESSOR\""), "{page}");
        assert!(page.contains("<a href=\"/admin/orders/") && !page.contains("NO_RIGHT"), "{page}");
    });
}
