//! What is above somebody's limit waits for a second person, who agrees or does not. A refund keeps its money aside meanwhile.

use serde_json::{Value, json};

use crate::desks::random::model::{Less, Split, What};
use crate::desks::random::shop::{Shop, amount, both, likely, parsed, pick};

/// What a second person is asked for.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Refund {
        credit: usize,
    },
    CreditNote {
        invoice: usize,
    },
    WriteOff {
        invoice: usize,
    },
    /// Of free credit.
    PayOut,
    /// Signed.
    Adjustment(i64),
}

impl Shop<'_> {
    pub(super) async fn asked(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some((asked, path, mut body)) = self.wants(a, b, c) else { return Ok(false) };
        let part = amount(b);
        // What it would do, tried on a copy.
        let may = self.model.clone().does_asked(asked, part);
        body["request_approval"] = json!(true);
        let none = json!({"key": {"refund": 0, "write_off": 0, "credit": 0, "adjustment": 0}});
        self.settings(json!({"limits": none})).await?;
        let answer = self.office.retries(&path, &body).await;
        self.settings(json!({"limits": {}})).await?;
        if !both(&answer, may)? {
            return Ok(false);
        }
        self.figures_agree().await.map_err(|wrong| format!("while it waits: {wrong}"))?;
        self.books_agree().await.map_err(|wrong| format!("while it waits: {wrong}"))?;
        let waits = parsed(&answer);
        let approval = waits["approval"]["id"].as_str().ok_or_else(|| format!("it does not wait: {waits}"))?;
        let second = self.office.key_with(&["read", "refunds"]).await;
        let agrees = c.is_multiple_of(2);
        let (word, body) = if agrees { ("approve", json!({})) } else { ("reject", json!({"reason": "Not agreed"})) };
        let decided = self.office.app.call(&second, "POST", &format!("/approvals/{approval}/{word}"), &[], &body).await;
        both(&decided, true)?;
        if agrees {
            self.model.does_asked(asked, part);
        }
        self.note();
        Ok(true)
    }

    /// What is asked for, where, and with which words.
    fn wants(&self, a: u64, b: u64, c: u64) -> Option<(Asked, String, Value)> {
        let (part, customer) = (amount(b), format!("/customers/{}", self.customer));
        let open = |at: usize| self.model.due(What::Invoice(at)) > 0;
        let of = |at: usize| format!("/invoices/{}", self.invoices[at].id);
        Some(match c / 2 % 5 {
            0 => {
                let payment = pick(&self.payments, a)?;
                let body = json!({"amount": part, "reason": "Sent back", "to": "outside"});
                (Asked::Refund { credit: payment.credit }, format!("/payments/{}/refunds", payment.id), body)
            }
            1 => {
                let invoice = likely(self.invoices.len(), a, |at| self.model.creditable(at) >= part)?;
                let body = json!({"amount": part, "reason": "Damaged"});
                (Asked::CreditNote { invoice }, format!("{}/credit-notes", of(invoice)), body)
            }
            2 => {
                let invoice = likely(self.invoices.len(), a, open)?;
                (
                    Asked::WriteOff { invoice },
                    format!("{}/write-offs", of(invoice)),
                    json!({"amount": part, "reason": "Goodwill"}),
                )
            }
            3 => {
                let body = json!({"amount": part, "currency": "USD", "reason": "Asked for"});
                (Asked::PayOut, format!("{customer}/payouts"), body)
            }
            _ => {
                let signed = if a.is_multiple_of(2) { part } else { -part };
                let body = json!({"amount": signed, "currency": "USD", "note": "Found"});
                (Asked::Adjustment(signed), format!("{customer}/adjustments"), body)
            }
        })
    }
}

impl crate::desks::random::model::Model {
    fn does_asked(&mut self, asked: Asked, part: i64) -> bool {
        match asked {
            Asked::Refund { credit } => self.refund(credit, part, &[]),
            Asked::CreditNote { invoice } => self.credit_note(invoice, &Less::Amount(part), Split::default(), false).is_some(),
            Asked::WriteOff { invoice } => self.give_up(invoice, Some(part)).is_some(),
            Asked::PayOut => self.pay_out(part),
            Asked::Adjustment(signed) => {
                self.by_hand(signed < 0, part, None);
                true
            }
        }
    }
}
