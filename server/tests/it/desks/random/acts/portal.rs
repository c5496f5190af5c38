//! The customer's own pages, in which staff act for them: one document, several that were ticked, or all that is owed is paid at
//! once, there and then or by a link that is handed over.

use serde_json::json;

use super::money_in::whole;
use crate::admin::browser::address;
use crate::desks::random::model::What;
use crate::desks::random::shop::{Shop, VISA};
use crate::kit::ADDRESS;

impl Shop<'_> {
    pub(super) async fn portal(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let mut documents: Vec<(What, String)> = Vec::new();
        for number in [b, b / 7, c].into_iter().take(usize::try_from(a % 4).expect("0 to 3")) {
            if let Some((what, _, id)) = self.meant(number).filter(|(what, ..)| documents.iter().all(|(known, _)| known != what))
            {
                documents.push((what, id));
            }
        }
        let targets: Vec<What> = documents.iter().map(|(what, _)| *what).collect();
        let due = self.model.due_together(&targets);
        let may = due > 0 && !self.model.is_pending(&targets);
        let hands_over = c.is_multiple_of(4) && !targets.is_empty();
        let what = if hands_over {
            "hand"
        } else if targets.is_empty() {
            "all"
        } else {
            "chosen"
        };
        let mut form = vec![("what", what), ("currency", "USD")];
        form.extend(documents.iter().map(|(_, id)| ("document", id.as_str())));
        let home = format!("/portal/{}", self.customer);
        let led = self.visits().inside.post(&format!("{home}/pay"), &form).await;
        let paid = if hands_over {
            let handed = self.visits().inside.page(led.header("location")).await;
            let url = address(&handed, &format!("{ADDRESS}/p/sel_"));
            self.office.pay_by_link(&url, None, VISA).await.is_some()
        } else {
            if led.status.as_u16() == 303 {
                self.office.fill_in(led.header("location"), VISA, "12/30").await;
            }
            led.status.as_u16() == 303
        };
        if paid != may {
            return Err(format!("the model says {may} to {due}, the customer's page {}: {}", led.status, json!(documents.len())));
        }
        if may {
            let made = self.newest_payment("succeeded").await;
            let credit = self.model.pay(due, true, &whole(&targets), false);
            self.received(&made, credit, true);
        }
        Ok(may)
    }
}
