//! A refund above somebody's limit: its money is kept aside until a second person agrees, or does not.

use serde_json::json;

use crate::desks::random::shop::{Shop, amount, both, parsed, pick};

impl Shop<'_> {
    pub(super) async fn asked(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(payment) = pick(&self.payments, a) else { return Ok(false) };
        let may = self.model.may_refund(payment.credit, amount(b));
        self.settings(json!({"limits": {"key": {"refund": 0}}})).await?;
        let body = json!({"amount": amount(b), "reason": "Sent back", "to": "outside", "request_approval": true});
        let answer = self.office.post(&format!("/payments/{}/refunds", payment.id), &body).await;
        self.settings(json!({"limits": {}})).await?;
        if !both(&answer, may)? {
            return Ok(false);
        }
        self.figures_agree().await.map_err(|wrong| format!("while it waits: {wrong}"))?;
        let asked = parsed(&answer);
        let approval = asked["approval"]["id"].as_str().ok_or_else(|| format!("it does not wait: {asked}"))?;
        let second = self.office.key_with(&["read", "refunds"]).await;
        let agrees = c.is_multiple_of(2);
        let (word, body) = if agrees { ("approve", json!({})) } else { ("reject", json!({"reason": "Not agreed"})) };
        let decided = self.office.app.call(&second, "POST", &format!("/approvals/{approval}/{word}"), &[], &body).await;
        both(&decided, true)?;
        if agrees {
            self.model.refund(payment.credit, amount(b), &[]);
        }
        self.note();
        Ok(true)
    }
}
