//! `owed verify`: a busy business agrees with itself, and whatever single row is spoiled, its check names it. On both databases.

use std::path::Path;

use books::entry::Side;
use books::ids::{OrderId, encode};
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use books::request::RequestState;
use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::create_order::{NewOrder, create_order};
use engine::sheets::order::order_sheet;
use engine::verify::{Report, verify};

use crate::kit::{self, Place, block_on};
use crate::shop::{Shop, line};

/// One row that is spoiled, and the check that must name it.
struct Fault {
    table: &'static str,
    /// Which row: what follows `from`. `@` in the change is its `key`.
    pick: &'static str,
    key: &'static str,
    change: &'static str,
    check: &'static str,
    /// How the row's key begins where it is the subject; else the subject itself.
    subject: &'static str,
}

macro_rules! faults {
    ($($table:literal, $pick:literal, $key:literal, $change:literal => $check:literal $subject:literal;)+) => {
        &[$(Fault { table: $table, pick: $pick, key: $key, change: $change, check: $check, subject: $subject }),+]
    };
}

const FAULTS: &[Fault] = faults! {
    "customer_balance", "customer_balance where balance < 0", "customer_id",
        "update customer_balance set balance = balance + 1 where customer_id = @" => "L3" "cus_";
    "customer_balance", "customer_balance where balance < 0", "customer_id",
        "update customer_balance set balance = balance + 1 where customer_id = @" => "L2" "USD";
    "customer_balance", "customer_balance where balance < 0", "customer_id",
        "delete from customer_balance where customer_id = @" => "L3" "cus_";
    "customer_balance", "customer_balance where balance < 0", "customer_id",
        "update customer_balance set last_entry_id = customer_id where customer_id = @" => "L3" "cus_";
    "entry", "entry where kind = 'order'", "id", "update entry set balance_after = balance_after + 1 where id = @" => "L3" "ent_";
    "entry", "entry where kind = 'payment'", "id", "update entry set net = net - 1 where id = @" => "E0" "ent_";
    "entry", "entry where kind = 'payment'", "id", "update entry set side = 'charge' where id = @" => "E0" "ent_";
    "entry", "entry where kind = 'payment'", "id",
        "update entry set net = net + 1, amount = amount + 1 where id = @" => "E1" "ent_";
    "entry", "entry where kind = 'order'", "id", "update entry set customer_id = id where id = @" => "D1" "ent_";
    "entry", "entry where kind = 'order'", "id", "update entry set event_id = id where id = @" => "D1" "ent_";
    "entry", "entry where kind = 'manual_charge'", "id", "delete from entry where id = @" => "D1" "ent_";
    "entry", "entry where kind = 'manual_charge'", "id", "delete from entry where id = @" => "L1" "ent_";
    "entry", "entry where reverses is not null", "id", "update entry set reverses = event_id where id = @" => "L5" "ent_";
    "entry", "entry where kind = 'order'", "customer_id", "update entry set kind = 'gift' where customer_id = @" => "X0" "cus_";
    "entry", "entry where kind = 'payment'", "payment_id", "delete from entry where payment_id = @" => "P1" "pay_";
    "entry", "entry where kind = 'payment'", "id", "update entry set payment_id = id where id = @" => "P1" "ent_";
    "entry", "entry where kind = 'return'", "payment_id", "update entry set kind = 'refund' where payment_id = @ and kind = 'return'"
        => "P2" "pay_";
    "entry", "entry where kind = 'order'", "id", "update entry set order_id = id where id = @" => "O1" "ent_";
    "entry_open", "entry_open where allocated > 0", "entry_id",
        "update entry_open set allocated = allocated - 1 where entry_id = @" => "A1" "ent_";
    "entry_open", "entry_open where side = 'charge' and reserved = 0", "entry_id",
        "update entry_open set reserved = 1 where entry_id = @" => "C2" "ent_";
    "entry_open", "entry_open where side = 'charge'", "entry_id",
        "update entry_open set held = true where entry_id = @" => "E1" "ent_";
    "entry_open", "entry_open where channel is not null", "entry_id",
        "update entry_open set channel = null where entry_id = @" => "E1" "ent_";
    "entry_open", "entry_open where side = 'credit'", "entry_id",
        "update entry_open set recognized = true where entry_id = @" => "E1" "ent_";
    "entry_open", "entry_open where order_id is not null and allocated < amount", "entry_id",
        "update entry_open set order_id = null where entry_id = @" => "E1" "ent_";
    "entry_open", "entry_open where order_id is not null and side = 'charge' and allocated < amount", "order_id",
        "update entry_open set order_id = null where order_id = @" => "A6" "ord_";
    "entry_open", "entry_open where reopened_on is not null", "entry_id",
        "update entry_open set reopened_on = null where entry_id = @" => "E1" "ent_";
    "entry_open", "entry_open where side = 'charge'", "entry_id", "delete from entry_open where entry_id = @" => "D1" "ent_";
    "journal_line", "journal_line where debit > 0", "entry_id",
        "update journal_line set debit = debit + 1 where entry_id = @ and debit > 0" => "L1" "ent_";
    "journal_line", "journal_line where debit > 0", "entry_id",
        "update journal_line set debit = debit + 1 where entry_id = @ and debit > 0" => "L1" "USD";
    "journal_line", "journal_line where account = 'receivable'", "entry_id",
        "update journal_line set account = 'revenue' where entry_id = @" => "L2" "ent_";
    "journal_line", "journal_line where account = 'receivable'", "entry_id",
        "update journal_line set account = 'nowhere' where entry_id = @" => "L1" "ent_";
    "journal_line", "journal_line where account = 'receivable'", "entry_id",
        "update journal_line set currency = 'EUR' where entry_id = @" => "L1" "ent_";
    "allocation", "allocation where takes_back is null and amount > 1", "charge_id",
        "update allocation set amount = amount - 1 where charge_id = @ and takes_back is null" => "A1" "ent_";
    "allocation", "allocation where takes_back is null", "id",
        "update allocation set effective_on = '2020-01-01' where id = @" => "A2" "alc_";
    "allocation", "allocation where takes_back is null", "id",
        "update allocation set credit_id = charge_id where id = @" => "A4" "alc_";
    "allocation", "allocation where takes_back is null", "id",
        "update allocation set credit_id = id where id = @" => "A4" "alc_";
    "allocation", "allocation where takes_back is null", "id",
        "update allocation set charge_id = id where id = @" => "A4" "alc_";
    "allocation", "allocation where takes_back is null", "id",
        "update allocation set customer_id = id where id = @" => "A4" "alc_";
    "allocation", "allocation where takes_back is null", "id", "update allocation set event_id = id where id = @" => "D1" "alc_";
    "allocation", "allocation where takes_back is not null", "id",
        "update allocation set takes_back = credit_id where id = @" => "A4" "alc_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set amount = amount + 1 where id = @" => "P1" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set state = 'failed' where id = @" => "P1" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set entry_id = null where id = @" => "P1" "pay_";
    "payment", "payment where state = 'created'", "id", "update payment set state = 'succeeded' where id = @" => "P1" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set refunded = 1 where id = @" => "P2" "pay_";
    "payment", "payment where returned", "id", "update payment set returned = false where id = @" => "P2" "pay_";
    "payment", "payment where state = 'pending'", "id", "update payment set amount = 1 where id = @" => "C2" "pay_";
    "payment", "payment where state = 'succeeded'", "id",
        "update payment set number = 'PAY-2026-00777' where id = @" => "N1" "PAY-2026";
    "payment", "payment where state = 'succeeded'", "id", "update payment set number = 'seven' where id = @" => "N1" "pay_";
    "payment", "payment where state = 'created'", "id", "delete from payment where id = @" => "D1" "pay_";
    "payment", "payment where state = 'succeeded'", "id",
        "update payment set dispute = 'opened', disputed_amount = 1 where id = @" => "P4" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set lost = amount + 1 where id = @" => "P4" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set method_id = id where id = @" => "D1" "pay_";
    "payment", "payment where state = 'succeeded'", "id", "update payment set retry_of = entry_id where id = @" => "D1" "pay_";
    "refund", "refund where state = 'succeeded'", "id", "update refund set amount = amount + 1 where id = @" => "P3" "rfd_";
    "refund", "refund where state = 'succeeded'", "id", "update refund set entry_id = null where id = @" => "P3" "rfd_";
    "refund", "refund where state = 'succeeded'", "id", "update refund set payment_id = id where id = @" => "P3" "rfd_";
    "refund", "refund where state = 'succeeded'", "id", "update refund set customer_id = id where id = @" => "D1" "rfd_";
    "refund", "refund where state = 'succeeded'", "entry_id", "delete from refund where entry_id = @" => "P3" "ent_";
    "refund", "refund where state = 'succeeded'", "id", "update refund set number = 'RFD-2026-00777' where id = @" => "N1" "RFD-2026";
    "refund", "refund where state = 'succeeded'", "id",
        "update refund set state = 'pending', entry_id = null, settled_at = null where id = @" => "C3" "rfd_";
    "refund", "refund where state = 'succeeded'", "id",
        "update refund set state = 'waiting_approval', entry_id = null, settled_at = null where id = @" => "P3" "rfd_";
    "payout", "payout where whole", "id", "update payout set known = known + 1 where id = @" => "C5" "pto_";
    "payout", "payout where whole", "id", "update payout set whole = false where id = @" => "C5" "pto_";
    "payout", "payout where whole", "id", "update payout set fees = fees + 1 where id = @" => "C5" "pto_";
    "payout", "payout where whole", "id", "update payout set kept = kept + 1 where id = @" => "C5" "pto_";
    "payout", "payout where whole", "id", "update payout set connection_id = id where id = @" => "D1" "pto_";
    "payout", "payout where whole", "id", "delete from payout where id = @" => "D1" "pto_";
    "payout_line", "payout_line where payment_id is not null", "payout_id",
        "update payout_line set amount = amount - 1 where payout_id = @" => "C5" "pto_";
    "payout_line", "payout_line where payment_id is not null", "payout_id",
        "update payout_line set charge = 'another' where payout_id = @" => "C5" "pto_";
    "connection", "connection where secrets is null", "id",
        "update connection set secrets = 's1.x' where id = @" => "D1" "prc_";
    "payment_method", "payment_method where is_default", "id",
        "update payment_method set removed_at = created_at where id = @" => "M1" "pme_";
    "payment_method", "payment_method where is_default", "id",
        "update payment_method set customer_id = id where id = @" => "D1" "pme_";
    "attempt", "attempt where operation = 'refund'", "id", "update attempt set refund_id = id where id = @" => "D1" "att_";
    "payment_target", "payment_target where payment_id in (select id from payment where state = 'pending')", "entry_id",
        "update payment_target set amount = amount - 1 where entry_id = @" => "C2" "ent_";
    "attempt", "attempt where payment_id in (select id from payment where state = 'created')", "id",
        "update attempt set state = 'unknown', check_at = null where id = @" => "C3" "att_";
    "attempt", "attempt where payment_id in (select id from payment where state = 'pending')", "id",
        "update attempt set operation = 'keyed', check_at = null where id = @" => "C3" "att_";
    "attempt", "attempt where operation = 'checkout'", "id", "update attempt set payment_id = id where id = @" => "D1" "att_";
    "orders", "orders where state = 'confirmed'", "id", "update orders set number = null where id = @" => "O1" "ord_";
    "orders", "orders where state = 'confirmed'", "id", "update orders set number = null where id = @" => "N1" "ORD-2026-00001";
    "orders", "orders where state = 'confirmed'", "id", "update orders set state = 'draft' where id = @" => "O1" "ord_";
    "orders", "orders where state = 'confirmed'", "id", "update orders set state = 'completed' where id = @" => "O1" "ord_";
    "orders", "orders where state = 'confirmed'", "id", "update orders set customer_id = id where id = @" => "D1" "ord_";
    "counter", "orders where state = 'confirmed'", "id",
        "update counter set next = next + 1 where series = 'ORD-2026'" => "N1" "ORD-2026";
    "counter", "orders where state = 'confirmed'", "id", "delete from counter where series = 'PAY-2026'" => "N1" "PAY-2026";
    "order_line", "order_line where gross > 0", "id", "update order_line set gross = gross + 1 where id = @" => "A5" "oli_";
    "order_line", "order_line where gross > 0", "entry_id",
        "update order_line set gross = gross + 1, net = net + 1 where entry_id = @" => "A5" "ent_";
    "order_line", "order_line where removed_by is not null", "id",
        "update order_line set credited = credited - 1 where id = @" => "A5" "oli_";
    "order_line", "order_line where gross > 0", "order_id",
        "update order_line set credited = 1 where order_id = @ and gross > 0" => "A5" "ord_";
    "order_line", "order_line where entry_id is not null", "id", "update order_line set entry_id = id where id = @" => "A5" "oli_";
    "order_line", "order_line where entry_id is not null", "id", "update order_line set order_id = id where id = @" => "D1" "oli_";
    "amendment", "amendment where added > 0", "id", "update amendment set added = added + 1 where id = @" => "A5" "amd_";
    "amendment", "amendment where added > 0", "id", "update amendment set order_id = id where id = @" => "D1" "amd_";
    "request", "request where state = 'paid'", "id",
        "update request set state = 'closed', paid_at = null, closed_at = sent_at where id = @" => "Q1" "req_";
    "request", "request where state = 'paid'", "id", "update request set paid_at = sent_at where id = @" => "Q1" "req_";
    "request", "request where state = 'paid'", "id", "update request set paid_at = null where id = @" => "Q1" "req_";
    "request", "request where state = 'paid'", "id",
        "update request set state = 'opened', paid_at = null where id = @" => "Q1" "req_";
    "request", "request where state = 'opened'", "id", "update request set link_id = id where id = @" => "D1" "req_";
    "request", "request where state = 'opened'", "id", "update request set order_id = id where id = @" => "D1" "req_";
    "remote_invoice", "remote_invoice where state = 'sent'", "id",
        "update remote_invoice set amount = amount + 1 where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'sent'", "id",
        "update remote_invoice set state = 'paid', ended_at = created_at where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'sent'", "id",
        "update remote_invoice set remote_id = null where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'sent'", "id",
        "update remote_invoice set order_id = null where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'sent'", "payment_id",
        "delete from remote_invoice where payment_id = @" => "Q2" "pay_";
    "remote_invoice", "remote_invoice where state = 'sent'", "id",
        "update remote_invoice set payment_id = customer_id where id = @" => "D1" "rin_";
    "remote_invoice", "remote_invoice where state = 'paid'", "id",
        "update remote_invoice set state = 'canceled' where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'paid'", "id",
        "update remote_invoice set ended_at = null where id = @" => "Q2" "rin_";
    "remote_invoice", "remote_invoice where state = 'paid'", "id",
        "update remote_invoice set replaces = customer_id where id = @" => "D1" "rin_";
    "attempt", "attempt where operation = 'create_invoice' and check_at is not null", "id",
        "update attempt set check_at = null where id = @" => "Q2" "rin";
    "link", "link where purpose = 'request'", "id", "update link set customer_id = id where id = @" => "D1" "lnk_";
    "link_target", "link_target where position = 1", "link_id", "delete from link_target where link_id = @" => "D1" "lnk_";
    "link", "link where purpose = 'selection'", "id", "update link set purpose = 'account' where id = @" => "D1" "lnk_";
    "statement", "statement where closing < 0", "id", "update statement set closing = closing + 1 where id = @" => "S1" "sta_";
    "statement", "statement where closing < 0", "id", "update statement set opening = opening - 1 where id = @" => "S1" "sta_";
    "statement", "statement where closing < 0", "id", "update statement set link_id = id where id = @" => "D1" "sta_";
    "statement", "statement where closing < 0", "id", "update statement set last_entry = id where id = @" => "D1" "sta_";
    "message", "message where not to_all", "id", "delete from message where id = @" => "D1" "msg_";
    "message_recipient", "message_recipient where state = 'sent'", "message_id",
        "update message_recipient set customer_id = message_id where message_id = @" => "D1" "msg_";
    "message_recipient", "message_recipient where state = 'sent'", "message_id",
        "update message_recipient set state = 'lost' where message_id = @" => "M2" "msg_";
    "portal_session", "portal_session where user_id is not null", "id",
        "update portal_session set user_id = id where id = @" => "D1" "ses_";
    "invoice", "invoice where standing = 'issued'", "id", "update invoice set total = total + 1 where id = @" => "I2" "inv_";
    "invoice", "invoice where standing = 'issued'", "id", "update invoice set number = null where id = @" => "I2" "inv_";
    "invoice", "invoice where standing = 'issued'", "id",
        "update invoice set number = null where id = @" => "N1" "INV-2026";
    "invoice", "invoice where standing = 'issued'", "id", "update invoice set standing = 'void' where id = @" => "I2" "inv_";
    "invoice", "invoice where standing = 'draft'", "id", "update invoice set standing = 'issued' where id = @" => "I2" "inv_";
    "invoice", "invoice where standing = 'issued'", "id", "update invoice set customer_id = id where id = @" => "D1" "inv_";
    "invoice_line", "invoice_line where entry_id is not null", "id",
        "update invoice_line set gross = gross + 1 where id = @" => "I2" "ivl_";
    "invoice_line", "invoice_line where entry_id is not null", "id",
        "update invoice_line set invoice_id = id where id = @" => "D1" "ivl_";
    "entry_open", "entry_open where invoice_id is not null", "entry_id",
        "update entry_open set invoice_id = entry_id where entry_id = @" => "I1" "ent_";
    "entry_open", "entry_open where invoice_id is not null", "entry_id",
        "update entry_open set due_on = '2020-01-01' where entry_id = @" => "I1" "ent_";
    "entry_open", "entry_open where invoice_id is not null", "invoice_id",
        "update entry_open set invoice_id = null where invoice_id = @" => "I2" "inv_";
    "credit_note", "credit_note where amount > 1", "id", "update credit_note set amount = amount + 1 where id = @" => "I3" "crn_";
    "credit_note", "credit_note where amount > 1", "id",
        "update credit_note set due_after = due_after + 1 where id = @" => "I3" "crn_";
    "credit_note", "credit_note where amount > 1", "id", "update credit_note set invoice_id = id where id = @" => "D1" "crn_";
    "entry", "entry where kind = 'credit_note'", "id", "update entry set credit_note_id = null where id = @" => "I3" "ent_";
    "kept_paper", "invoice where number is not null", "id",
        "update kept_paper set bytes = (select s.digest from event_seal s where s.seq = 1)" => "K1" "inv";
    "kept_paper", "invoice where number is not null", "id", "update kept_paper set locale = 'xx'" => "K1" "inv";
    "kept_paper", "invoice where number is not null", "id",
        "update kept_paper set about = 'inv_00000000000000000000000000'" => "D1" "inv";
    "e_invoicing", "invoice where number is not null", "id", "update e_invoicing set details = '{'" => "X0" "cus";
    "e_invoicing", "invoice where number is not null", "id",
        "update e_invoicing set about = 'cus_00000000000000000000000000'" => "D1" "cus";
    "paper_template", "paper_template where paper = 'letter'", "business_id",
        "update paper_template set source = source || ' ' where business_id = @" => "K2" "letter";
    "paper_template", "paper_template where paper = 'letter'", "business_id",
        "update paper_template set sha256 = 'x' where business_id = @" => "K2" "letter";
    "paper_template", "paper_template where paper = 'letter'", "business_id",
        "update paper_template set paper = 'postcard' where business_id = @" => "X0" "postcard";
    "mail_attachment", "mail_attachment where name <> ''", "mail_id",
        "update mail_attachment set sha256 = 'x' where mail_id = @" => "K3" "mai_";
    "mail_attachment", "mail_attachment where name <> ''", "mail_id",
        "update mail_attachment set bytes = (select s.digest from event_seal s where s.seq = 1) where mail_id = @" => "K3" "mai_";
    "mail", "mail where id in (select mail_id from mail_attachment)", "id", "delete from mail where id = @" => "D1" "mai_";
    "mail", "mail where kind = 'receipt'", "id",
        "update mail set cause = 'evt_00000000000000000000000000' where id = @" => "D1" "mai_";
    "job", "job where kind = 'close_checkouts'", "id", "update job set cause = id where id = @" => "D1" "close_checkouts";
    "event", "event where id in (select event_id from event_seal)", "id",
        "update event set data = '{\"amount\": 1}' where id = @" => "U1" "evt_";
    "event", "event where id in (select event_id from event_seal)", "id", "delete from event where id = @" => "U1" "evt_";
    "event", "event where id in (select event_id from entry)", "id", "delete from event where id = @" => "D1" "ent_";
    "event_seal", "event_seal where seq = 2", "event_id", "delete from event_seal where event_id = @" => "U1" "evt_";
    "event_seal", "event_seal where seq = 2", "event_id", "update event_seal set digest = (select s.digest from event_seal s where s.seq = 1) where event_id = @" => "U1" "evt_";
    "business", "business where name = 'Harbor Joinery'", "id",
        "update business set settings = replace(settings, '\"apply_credit\":false', '\"apply_credit\":true') where id = @"
        => "R5" "ent_";
};

#[test]
fn a_busy_business_agrees_and_every_spoiled_row_is_named() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            shop.be_busy().await;
            let report = verify(&shop.services.db).await.expect("it can be looked at");
            assert!(report.agrees(), "{:#?}", report.businesses);
            let checked = report.businesses[0].checked;
            assert_eq!((checked.customers, checked.accounts, checked.orders, checked.payments), (2, 2, 8, 8), "{checked:?}");
            assert!(checked.entries > 10 && checked.allocations > 5 && checked.journal_lines > 20, "{checked:?}");
            assert!(
                checked.mails > 3 && checked.events > 15 && checked.requests == 4 && checked.remote_invoices == 2,
                "{checked:?}"
            );

            let mut hand = Hand::of(&place).await;
            for fault in FAULTS {
                let subject = hand.spoil(fault).await;
                let report = verify(&shop.services.db).await.expect("it can be looked at");
                assert_named(&report, fault, &subject);
                hand.mend(fault).await;
            }
            let report = verify(&shop.services.db).await.expect("it can be looked at");
            assert!(report.agrees(), "what was spoiled was mended: {:#?}", report.businesses);
            shop.services.db.shutdown();
        });
    }
}

fn assert_named(report: &Report, fault: &Fault, subject: &str) {
    let all = &report.businesses[0].disagreements;
    // The subject is the row's own id where only the letters before it are known; of `event` the row itself is gone.
    let exact = fault.subject.len() == 4 && fault.subject.ends_with('_') && !subject.is_empty();
    let named = all.iter().any(|one| {
        one.check == fault.check && if exact { one.subject == subject } else { one.subject.starts_with(fault.subject) }
    });
    assert!(named, "{}: {} {subject} is not among {all:#?}", fault.change, fault.check);
}

#[test]
fn a_request_closes_with_what_it_asks_for_and_with_nothing_else() {
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            let agrees = async |what: &str| {
                let report = verify(&shop.services.db).await.expect("it can be looked at");
                assert!(report.agrees(), "{what}: {:#?}", report.businesses);
            };
            let state = async |order: OrderId| {
                let sheet = order_sheet(&shop.services.db, shop.call.business, order).await.expect("the order");
                (sheet.figures.amount_due, sheet.requests[0].state)
            };
            // Money in one currency settles nothing in another.
            let euros = Currency::from_code("EUR").expect("a known code");
            let new = NewOrder {
                customer: shop.customer,
                kind: OrderKind::Order,
                currency: euros,
                lines: vec![line("Sail", 3_000)],
                state: OrderState::Confirmed,
                note: None,
            };
            let abroad = create_order(&shop.services.db, &shop.call, new).await.expect("an order").value;
            shop.ask(abroad).await;
            let table = shop.order(shop.customer, vec![line("Oak table", 500)], OrderState::Confirmed).await;
            shop.pay_outside(shop.customer, 500, Some(table)).await;
            assert_eq!(state(abroad).await, (3_000, RequestState::Sent));
            agrees("another currency").await;

            // What comes free on one order may settle another.
            let paid = shop.order(shop.customer, vec![line("Bench", 900), line("Shelf", 400)], OrderState::Confirmed).await;
            shop.pay_outside(shop.customer, 1_300, Some(paid)).await;
            let waiting = shop.order(shop.customer, vec![line("Stool", 400)], OrderState::Confirmed).await;
            shop.ask(waiting).await;
            let shelf = order_sheet(&shop.services.db, shop.call.business, paid).await.expect("the order").lines[1].id;
            shop.amend(paid, Vec::new(), vec![shelf]).await;
            assert_eq!(state(waiting).await, (0, RequestState::Closed));
            agrees("freed by an amendment").await;

            // Credit that waited beside a debit under way settles the order when the debit fails.
            let door = shop.order(shop.other, vec![line("Door", 2_000)], OrderState::Confirmed).await;
            let link = shop.ask(door).await;
            shop.pay_online(link, Some("000222222227")).await;
            shop.by_hand(Side::Credit, 2_000).await;
            agrees("credit beside a debit under way").await;
            shop.days(9).await;
            let (due, request) = state(door).await;
            assert_eq!(due, 0);
            assert!(!request.is_out(), "{request}");
            agrees("the debit came back").await;
            shop.services.db.shutdown();
        });
    }
}

#[test]
fn a_check_beside_a_server_that_writes_sees_one_moment() {
    let place = Place::sqlite();
    block_on(async {
        let shop = Shop::open(&place).await;
        shop.be_busy().await;
        let config = DbConfig { data: place.data.clone(), url: None, mode: Mode::ReadOnly };
        let beside = Db::open(&config, Clock::system()).expect("it opens beside the server");
        let writing = async {
            for _ in 0..30 {
                shop.pay_outside(shop.customer, 100, None).await;
            }
        };
        let looking = async {
            for _ in 0..10 {
                let report = verify(&beside).await.expect("it can be looked at");
                assert!(report.agrees(), "{:#?}", report.businesses);
            }
        };
        tokio::join!(writing, looking);
        beside.shutdown();
        shop.services.db.shutdown();
    });
}

/// Somebody with a hand on the database.
enum Hand {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

impl Hand {
    async fn of(place: &Place) -> Hand {
        match &place.url {
            Some(url) => Hand::Postgres(kit::client(url).await),
            None => Hand::Sqlite(open(&place.data)),
        }
    }

    async fn run(&mut self, sql: &str) {
        match self {
            Hand::Sqlite(connection) => connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}")),
            Hand::Postgres(client) => client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")),
        }
    }

    async fn id(&mut self, sql: &str) -> uuid::Uuid {
        let hex: String = match self {
            Hand::Sqlite(connection) => {
                connection.query_row(&format!("select hex(key) from ({sql}) x"), [], |row| row.get(0)).expect(sql)
            }
            Hand::Postgres(client) => client.query_one(&format!("select key::text from ({sql}) x"), &[]).await.expect(sql).get(0),
        };
        hex.parse().expect("an id")
    }

    /// Keeps the table, spoils the row, and answers its id as it is shown.
    async fn spoil(&mut self, fault: &Fault) -> String {
        let Fault { table, pick, key, .. } = fault;
        let chosen = format!("select {key} as key from {pick} and {key} is not null order by {key} limit 1");
        let id = self.id(&chosen).await;
        self.run(&format!("create table kept as select * from {table}")).await;
        self.run(&fault.change.replace('@', &format!("({chosen})"))).await;
        let gone = fault.table == "event" && fault.subject == "ent_";
        if gone || fault.table == "business" { String::new() } else { format!("{}{}", fault.subject, encode(id)) }
    }

    async fn mend(&mut self, fault: &Fault) {
        let table = fault.table;
        // A business cannot be taken away while anything refers to it.
        let back = if table == "business" {
            "update business set settings = (select settings from kept)".to_owned()
        } else {
            format!("delete from {table}; insert into {table} select * from kept")
        };
        self.run(&format!("{back}; drop table kept;")).await;
    }
}

fn open(data: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(data.join("owed.sqlite")).expect("the file");
    connection.busy_timeout(std::time::Duration::from_secs(5)).expect("a setting");
    connection
}
