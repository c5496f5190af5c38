//! Published words as people read them on staff pages: kinds of entries, reasons, events, who acted.

use books::entry::EntryKind;
use books::ids::BusinessId;
use books::paper::PaperKind;
use engine::store::event::Event;
use engine::store::{api_key, user};
use processors::registry;

use super::desk::Desk;
use super::views::documents::HistoryRow;
use crate::app::App;
use crate::respond::Problem;

/// Who the actors of a business are, by id.
pub struct Names(Vec<(String, String)>);

impl Names {
    /// People and programs, also those who may no longer act.
    pub async fn of(app: &App, business: BusinessId) -> Result<Names, Problem> {
        let people = user::list(&app.services.db, business).await?;
        let keys = api_key::list(&app.services.db, business).await?;
        let people = people.into_iter().map(|user| (user.id.to_string(), user.name));
        let keys = keys.into_iter().map(|key| (key.id.to_string(), format!("the program {}", key.name)));
        Ok(Names(people.chain(keys).collect()))
    }

    /// An actor's id as a name.
    pub fn name(&self, actor: &str) -> String {
        let known = self.0.iter().find(|(id, _)| id == actor).map(|(_, name)| name.clone());
        known.unwrap_or_else(|| match actor.split('_').next() {
            Some("usr") => "a former user".to_owned(),
            Some("key") => "a program".to_owned(),
            Some("lnk" | "cus") => "the customer".to_owned(),
            _ => "Owed".to_owned(),
        })
    }
}

/// What an entry is, as a person would call it.
pub fn entry_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Order => "Order",
        EntryKind::Invoice => "Invoice",
        EntryKind::ManualCharge => "Charge",
        EntryKind::LateFee => "Late fee",
        EntryKind::AdjustmentDown => "Deduction",
        EntryKind::Refund => "Refund",
        EntryKind::Return => "Returned payment",
        EntryKind::CreditReversal => "Reversed credit",
        EntryKind::Payout => "Credit paid out",
        EntryKind::WriteOffReversal => "Write-off taken back",
        EntryKind::Payment => "Payment",
        EntryKind::ManualCredit => "Credit",
        EntryKind::AdjustmentUp => "Credit given",
        EntryKind::Amendment => "Amendment",
        EntryKind::CreditNote => "Credit note",
        EntryKind::Reversal => "Reversal",
        EntryKind::Void => "Void invoice",
        EntryKind::WriteOff => "Write-off",
        EntryKind::SmallDifference => "Small difference",
    }
}

/// Why an order was amended.
pub fn amendment_reason(reason: &str) -> &'static str {
    match reason {
        "items_added" => "Items added",
        "shipping" => "Shipping dearer",
        "extra_service" => "Extra service",
        "correction" => "Correction",
        _ => "Other",
    }
}

/// How money came.
pub fn method(word: Option<&str>) -> &'static str {
    match word {
        Some("cash") => "Cash",
        Some("check") => "Check",
        Some("bank_transfer") => "Bank transfer",
        Some("card_terminal") => "Card terminal",
        Some("other") => "Other",
        Some("card") => "Card",
        Some("bank_debit") => "Bank debit",
        _ => "Online",
    }
}

/// What a processor was asked to do.
pub fn operation(word: &str) -> &'static str {
    match word {
        "checkout" => "Open a payment page",
        "charge" => "Charge",
        "capture" => "Take what is held",
        "void" => "Let go of what is held",
        "refund" => "Refund",
        "create_invoice" => "Make an invoice",
        "send_invoice" => "Mail the invoice",
        _ => "Call",
    }
}

/// What a mail is.
pub fn mail_kind(word: &str) -> &'static str {
    match word {
        "payment_request" => "Payment request",
        "receipt" => "Receipt",
        "invoice" => "Invoice",
        "invoice_reminder" => "Reminder of an invoice",
        "credit_note" => "Credit note",
        "payment_notice" => "Notice of payment",
        "payment_failed" => "Notice of a failed payment",
        "link" => "Payment link",
        "fresh_link" => "Fresh link",
        "portal_entry" => "Sign-in to the portal",
        "statement" => "Statement",
        "message" => "Message",
        "refund" => "Refund",
        "confirm_payment" => "Please confirm",
        "test" => "Test",
        "staff_alert" => "To look at",
        _ => "Mail",
    }
}

/// What papers of a kind are called.
pub fn paper_plural(word: &str) -> &'static str {
    match PaperKind::of_word(word) {
        Some(PaperKind::Order) => "orders",
        Some(PaperKind::Invoice) => "invoices",
        Some(PaperKind::CreditNote) => "credit notes",
        Some(PaperKind::Receipt) => "receipts",
        Some(PaperKind::Refund) => "refunds",
        Some(PaperKind::Statement) => "statements",
        Some(PaperKind::Letter) => "letters",
        None => "papers",
    }
}

/// What an act did.
fn event(kind: &str) -> &'static str {
    match kind {
        "customer_created" => "Added",
        "customer_changed" => "Changed",
        "entry_added" => "Recorded",
        "entry_reversed" => "Reversal recorded",
        "balance_adjusted" => "Balance adjusted",
        "order_created" => "Created",
        "order_changed" => "State changed",
        "order_amended" => "Amended",
        "invoice_drafted" => "Drafted",
        "invoice_issued" => "Issued",
        "invoice_sent" => "Mailed",
        "invoice_voided" => "Voided",
        "invoice_uncollectible" => "Marked uncollectible",
        "invoice_credited" => "Credit note written",
        "invoice_discarded" => "Draft thrown away",
        "late_fee_charged" => "Late fee charged",
        "written_off" => "Written off",
        "payment_recorded" => "Recorded",
        "charge_started" => "Saved method charged",
        "payment_reallocated" => "Re-applied",
        "payment_refunded_outside" => "Refunded at the processor",
        "refund_came_back" => "A refund came back after it had gone",
        "payment_succeeded" => "Paid",
        "payment_pending" => "Under way",
        "payment_unknown" => "Answer lost",
        "payment_failed" => "Failed",
        "payment_canceled" => "Canceled",
        "payment_returned" => "Returned by the bank",
        "payment_disputed" => "Disputed",
        "dispute_ended" | "dispute_won" => "Dispute won",
        "dispute_lost" => "Dispute lost",
        "payment_authorized" => "Authorized",
        "card_tried" => "The payer typed a card into the processor's fields",
        "card_refused" => "The card was refused; another may be tried",
        "keyed_apart" => "To be keyed in the processor's terminal",
        "keyed_otherwise" => "Something else arrived from the terminal",
        "payment_needs_holder" => "The card's holder was asked to confirm",
        "capture_started" => "Taking the held amount",
        "void_started" => "Letting the held amount go",
        "credit_paid_out" => "Credit handed out",
        "payout_listed" => "Payout listed",
        "payout_matched" => "Payout matched",
        "payment_started" => "Payment page opened",
        "payment_requested" => "Payment requested",
        "request_resent" => "Sent again",
        "request_closed" => "Closed",
        "remote_invoice_made" => "Invoiced through the processor",
        "remote_invoice_sent" => "Mailed by the processor",
        "remote_invoice_mailed_again" => "Mailed again by the processor",
        "remote_invoice_unknown" => "The processor’s answer is missing",
        "remote_invoice_given_up" => "To be canceled at the processor",
        "remote_invoice_paid" => "The processor’s invoice was paid",
        "remote_invoice_canceled" => "Canceled at the processor",
        "remote_invoice_failed" => "The processor did not take the invoice",
        "link_created" => "Link made",
        "link_regenerated" => "Link replaced",
        "link_revoked" => "Link revoked",
        "link_sent" => "Link mailed",
        "link_opened" => "Opened by the customer",
        "documents_chosen" => "Chosen to be paid together",
        "statement_sent" => "Statement sent",
        "message_sent" => "Sent",
        "message_released" => "Let go to a customer who paid",
        "acting_as_customer" => "Began to act for the customer",
        "stopped_acting" => "Stopped acting for the customer",
        "mail_retried" => "Queued again",
        "job_retried" => "Started again",
        "mail_bounced" => "Bounced",
        "mail_copy_bounced" => "Copy bounced",
        "test_mail_written" => "Test written",
        "paper_kept" => "First print kept",
        "logo_replaced" => "Logo changed",
        "paper_text_changed" => "Text under papers changed",
        "template_replaced" => "Own template kept",
        "template_removed" => "Built-in template restored",
        "template_failed" => "Own template failed",
        "e_invoicing_changed" => "Details for e-invoices changed",
        _ => "Changed",
    }
}

/// The history of a record, oldest first.
pub fn history(desk: &Desk, names: &Names, events: &[Event]) -> Vec<HistoryRow> {
    let row = |one: &Event| {
        let data: serde_json::Value = serde_json::from_str(&one.data).unwrap_or_default();
        let why = ["state", "reason"].iter().find_map(|name| data.get(*name).and_then(|value| value.as_str()));
        HistoryRow {
            at: desk.moment(one.created_at),
            who: names.name(&one.actor),
            what: event(&one.kind).to_owned(),
            why: why.map(|word| word.replace('_', " ")).unwrap_or_default(),
        }
    };
    events.iter().rev().map(row).collect()
}

/// A ledger account as a person would call it; `clearing:authorize_net` reads `Clearing, Authorize.Net`.
pub fn ledger_account(account: &str) -> String {
    let known = match account {
        "receivable" => "Receivable",
        "uninvoiced" => "Orders not yet invoiced",
        "revenue" => "Revenue",
        "tax_payable" => "Tax payable",
        "cash" => "Cash and bank",
        "bank" => "Bank, paid out by processors",
        "processor_fees" => "Processor fees",
        "suspense" => "Suspense",
        "disputed_funds" => "Disputed funds",
        "bad_debt" => "Bad debt",
        "small_differences" => "Small differences",
        "adjustments" => "Adjustments",
        "late_fees" => "Late fees",
        other => {
            let Some(kind) = other.strip_prefix("clearing:") else { return other.to_owned() };
            return format!("Clearing, {}", registry::find(kind).map_or(kind, |known| known.title));
        }
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clearing_is_called_as_its_processor_calls_itself() {
        for (account, name) in [
            ("clearing:authorize_net", "Clearing, Authorize.Net"),
            ("clearing:paypal", "Clearing, PayPal"),
            ("clearing:gone", "Clearing, gone"),
            ("bank", "Bank, paid out by processors"),
        ] {
            assert_eq!(ledger_account(account), name);
        }
    }
}
