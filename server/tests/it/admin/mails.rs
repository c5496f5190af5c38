//! The words of mails at the desk: looked at before they are kept, and sent to oneself as a test.

use super::browser::{Browser, wrong};
use crate::kit::{OWNER, TestApp};

#[test]
fn words_are_looked_at_kept_and_tried() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let page = browser.page("/admin/settings/mails").await;
        assert!(page.contains("Invoice INV-2026-00031 from Harbor Joinery") && page.contains("{greeting}"), "{page}");
        let path = "/admin/settings/mails/refund";
        let own = [("subject", "{amount} is on its way"), ("body", "{greeting}\r\n\r\nSorry about that.")];
        let mut look = own.to_vec();
        look.push(("then", "look"));
        let seen = browser.post(path, &look).await;
        assert_eq!(seen.status.as_u16(), 200);
        assert!(seen.text.contains("$180.00 is on its way") && seen.text.contains("Sorry about that."), "{}", seen.text);
        assert!(!browser.page(path).await.contains("Sorry about that."), "a look keeps nothing");
        let bad = browser.post(path, &[("subject", "{nobody}"), ("body", "kept")]).await;
        assert!(wrong(&bad.text, "subject").contains("stands for nothing") && bad.text.contains("kept"), "{}", bad.text);

        let mut test = own.to_vec();
        test.push(("then", "test"));
        assert_eq!(browser.does(path, &test).await, path);
        let page = browser.page(path).await;
        assert!(page.contains("Sorry about that.") && page.contains(&format!("src=\"{path}/html\"")), "{page}");
        let looks = browser.page(&format!("{path}/html")).await;
        assert!(looks.contains("Sorry about that.") && looks.contains("$180.00"), "{looks}");
        // A notice to staff is in English, whatever language was looked at before.
        let notice = browser.page("/admin/settings/mails/payment_notice?language=de").await;
        assert!(notice.contains("Payment received") && !notice.contains(">Deutsch<"), "{notice}");
        let mails = app.all("/mails?kind=test").await;
        assert_eq!((mails.len(), mails[0]["to"].as_str()), (1, Some(OWNER)));
        assert_eq!(mails[0]["subject"], "Test: $180.00 is on its way");
        assert_eq!(browser.send("GET", "/admin/settings/mails/none", "").await.status.as_u16(), 404);
    });
}
