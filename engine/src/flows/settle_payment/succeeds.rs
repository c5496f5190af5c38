//! The money is there: it settles what the payment named, and the rest becomes credit.
//!
//! Invariant: a payment becomes a credit once; the request it came through reads *paid*, and what else was asked for the same money
//! is closed by a job.

use books::account::{Account, Aim, MoneyIn, Target, When};
use books::payment::PaymentState;
use locale::Tongue;
use processors::{Charge, MethodKind};

use super::Settling;
use crate::db::Tx;
use crate::error::Result;
use crate::flows::audit::{event_id, leave_job};
use crate::flows::posting::Books;
use crate::flows::request_payment::close_settled;
use crate::flows::start_checkout;
use crate::store::link::Scope;
use crate::store::request::Request;
use crate::wording::ending;

/// What is due of several documents, each charge counted once.
pub(super) fn due_of(account: &Account, chosen: &[Target]) -> i64 {
    let mut scope = Scope::default();
    chosen.iter().for_each(|target| scope.add(*target));
    start_checkout::due(account, &scope)
}

impl Settling<'_> {
    /// The money is there: it settles what the payment named, the rest becomes credit.
    pub(super) fn succeed(&mut self, tx: &mut Tx<'_>, mut books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        self.release(&mut books)?;
        let aims = self.aims()?;
        let meant: i64 = match aims.as_slice() {
            [] => (-books.account.balance()).max(0),
            some => due_of(&books.account, &some.iter().map(|aim| aim.target).collect::<Vec<_>>()),
        };
        let captured = charge.captured.minor;
        // Nothing was due any more: somebody paid by another route. Their money waits for a person to decide.
        let twice = meant == 0;
        let settings = books.business.settings()?;
        let today = books.business.today(charge.captured_at.unwrap_or(tx.now()));
        let outcome = books.account.receive(
            tx.ids(),
            &MoneyIn {
                payment: self.payment.id,
                amount: captured,
                channel: self.channel.clone(),
                method: Some(charge.method.as_ref().map_or(MethodKind::Card, |method| method.kind).as_str().to_owned()),
                description: format!("Payment {}, {}", self.payment.number, self.means()),
                category: None,
                note: None,
                when: When::Machine(today),
                whole_account: aims.is_empty(),
                aims,
                hold_excess: twice,
            },
        )?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, self.by, event)?;
        self.payment.entry_id = Some(outcome.credit);
        self.payment.amount = captured;
        self.payment.succeeded_at = Some(tx.now());
        self.payment.checkout_url = None;
        self.payment.decline_code = None;
        self.payment.decline_text = None;
        self.payment.state = PaymentState::Succeeded;
        self.payment.held_until = None;
        self.stop_asking(tx);
        self.save(tx);
        if let Some(method) = self.more.saved.take() {
            tx.insert(&method);
        }
        if twice {
            leave_job(tx, "alert_paid_twice", self.payment.id, event);
        }
        let notify = requests.iter().any(|request| Some(request.id) == self.payment.request_id && !request.notified().is_empty());
        close_settled(tx, requests, &account, self.payment.request_id);
        if settings.receipt_online {
            leave_job(tx, "mail_receipt", self.payment.id, event);
        }
        if notify {
            leave_job(tx, "mail_notice", self.payment.id, event);
        }
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        let data = serde_json::json!({
            "amount": captured, "currency": self.payment.currency, "unapplied": outcome.unapplied, "twice": twice, "balance": posted.balance,
        });
        self.emit(tx, event, "payment_succeeded", data);
        Ok(())
    }

    /// What the payment named, to be settled when it arrives: its documents, those that were chosen, else the account as a whole.
    pub(super) fn aims(&self) -> Result<Vec<Aim>> {
        let named = self.payment.aims()?;
        let chosen = self.chosen.iter().map(|target| Aim { target: *target, amount: None });
        Ok(if named.is_empty() { chosen.collect() } else { named })
    }

    fn means(&self) -> String {
        match (&self.payment.brand, &self.payment.last4) {
            (Some(brand), Some(last4)) => ending(&Tongue::english(), brand, last4),
            _ if self.payment.kind == "in_person" => "card".to_owned(),
            _ => "online".to_owned(),
        }
    }
}
