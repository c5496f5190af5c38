//! All rows of a business at once: the trial balance, and rows that stand without what they belong to.
//!
//! These are sums and searches over whole tables, done by the database, because nothing that is reached from a customer can
//! show a row that no customer leads to.

use books::ids::{
    AllocationId, AmendmentId, ApprovalId, AttemptId, ConnectionId, CreditNoteId, CustomerId, EntryId, InvoiceId, InvoiceLineId,
    LinkId, MessageId, MethodId, OrderId, OrderLineId, PaymentId, PayoutId, RefundId, RemoteInvoiceId, RequestId, SessionId,
    StatementId,
};
use books::money::Currency;
use uuid::Uuid;

use super::Audit;
use crate::db::{Reader, Sql, row, sql};
use crate::error::Result;

row! {
    /// Sums of one currency.
    struct Sums {
        currency: Currency,
        debit: i64,
        credit: i64,
        /// Debits less credits of the control account.
        receivable: i64,
        /// Of all customers; negative: they owe.
        balances: i64,
    }
}

row! {
    /// A row that has lost something.
    struct Lost {
        id: Uuid,
    }
}

sql!(
    TRIAL,
    "
    with journal as (
        select currency, cast(sum(debit) as bigint) as debit, cast(sum(credit) as bigint) as credit,
            cast(coalesce(sum(debit - credit) filter (where account = 'receivable'), 0) as bigint) as receivable
        from journal_line where business_id = $1 group by currency),
    balance as (
        select currency, cast(sum(balance) as bigint) as balances from customer_balance where business_id = $1 group by currency),
    known as (select currency from journal union select currency from balance)
    select known.currency, coalesce(journal.debit, 0) as debit, coalesce(journal.credit, 0) as credit,
        coalesce(journal.receivable, 0) as receivable, coalesce(balance.balances, 0) as balances
    from known left join journal on journal.currency = known.currency left join balance on balance.currency = known.currency"
);

/// A search for rows that have lost something: how their ids are shown, what they should have.
struct Search {
    check: &'static str,
    sql: &'static Sql,
    shown: fn(Uuid) -> String,
    said: &'static str,
    found: &'static str,
}

macro_rules! searches {
    ($($name:ident, $check:literal, $id:ident, $said:literal, $found:literal, $text:literal;)+) => {
        $(sql!($name, concat!("select x.id as id from ", $text));)+
        const SEARCHES: &[Search] = &[$(Search {
            check: $check,
            sql: &$name,
            shown: |id| $id(id).to_string(),
            said: $said,
            found: $found,
        }),+];
    };
}

searches! {
    ENTRY_CUSTOMER, "D1", EntryId, "an entry of a customer", "no such customer",
        "entry x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    ENTRY_OPEN, "D1", EntryId, "an entry with its state beside it", "no state",
        "entry x where x.business_id = $1 and not exists (
            select 1 from entry_open o where o.business_id = x.business_id and o.entry_id = x.id)";
    ENTRY_EVENT, "D1", EntryId, "an entry of an act", "the act left no line",
        "entry x where x.business_id = $1 and not exists (
            select 1 from event v where v.business_id = x.business_id and v.id = x.event_id)";
    OPEN_ENTRY, "D1", EntryId, "the state of an entry", "no such entry",
        "(select o.business_id, o.entry_id as id from entry_open o where o.business_id = $1) x where not exists (
            select 1 from entry e where e.business_id = x.business_id and e.id = x.id)";
    JOURNAL_ENTRY, "L1", EntryId, "journal lines of an entry", "no such entry",
        "(select distinct j.business_id, j.entry_id as id from journal_line j where j.business_id = $1) x where not exists (
            select 1 from entry e where e.business_id = x.business_id and e.id = x.id)";
    ALLOCATION_CHARGE, "A4", AllocationId, "an allocation to a charge", "no such charge",
        "allocation x where x.business_id = $1 and not exists (
            select 1 from entry e where e.business_id = x.business_id and e.id = x.charge_id)";
    ALLOCATION_CREDIT, "A4", AllocationId, "an allocation of a credit", "no such credit",
        "allocation x where x.business_id = $1 and not exists (
            select 1 from entry e where e.business_id = x.business_id and e.id = x.credit_id)";
    ALLOCATION_EVENT, "D1", AllocationId, "an allocation by an act", "the act left no line",
        "allocation x where x.business_id = $1 and not exists (
            select 1 from event v where v.business_id = x.business_id and v.id = x.event_id)";
    BALANCE_CUSTOMER, "D1", CustomerId, "the balance of a customer", "no such customer",
        "(select b.business_id, b.customer_id as id from customer_balance b where b.business_id = $1) x where not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.id)";
    ORDER_CUSTOMER, "D1", OrderId, "an order of a customer", "no such customer",
        "orders x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    LINE_ORDER, "D1", OrderLineId, "a line of an order", "no such order",
        "order_line x where x.business_id = $1 and not exists (
            select 1 from orders o where o.business_id = x.business_id and o.id = x.order_id)";
    AMENDMENT_ORDER, "D1", AmendmentId, "an amendment of an order", "no such order",
        "amendment x where x.business_id = $1 and not exists (
            select 1 from orders o where o.business_id = x.business_id and o.id = x.order_id)";
    PAYMENT_CUSTOMER, "D1", PaymentId, "a payment of a customer", "no such customer",
        "payment x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    TARGET_PAYMENT, "D1", PaymentId, "what a payment is meant for", "no such payment",
        "(select distinct t.business_id, t.payment_id as id from payment_target t where t.business_id = $1) x where not exists (
            select 1 from payment p where p.business_id = x.business_id and p.id = x.id)";
    ATTEMPT_PAYMENT, "D1", AttemptId, "an attempt of a payment", "no such payment",
        "attempt x where x.business_id = $1 and not exists (
            select 1 from payment p where p.business_id = x.business_id and p.id = x.payment_id)";
    REFUND_CUSTOMER, "D1", RefundId, "a refund of a customer", "no such customer",
        "refund x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    CONNECTION_SECRETS, "D1", ConnectionId, "the last letters of each sealed secret of a connection", "no secrets, or no letters",
        "connection x where x.business_id = $1 and (x.secrets is null) <> (x.hints is null)";
    PAYOUT_CONNECTION, "D1", PayoutId, "a payout of a connection", "no such connection",
        "payout x where x.business_id = $1 and not exists (
            select 1 from connection n where n.business_id = x.business_id and n.id = x.connection_id)";
    PAYOUT_LINE, "D1", PayoutId, "the parts of a payout", "no such payout",
        "(select distinct l.business_id, l.payout_id as id from payout_line l where l.business_id = $1) x where not exists (
            select 1 from payout p where p.business_id = x.business_id and p.id = x.id)";
    METHOD_CUSTOMER, "D1", MethodId, "a saved method of a customer at a processor", "no such customer or connection",
        "payment_method x where x.business_id = $1 and not exists (
            select 1 from customer c join connection n on n.business_id = c.business_id
            where c.business_id = x.business_id and c.id = x.customer_id and n.id = x.connection_id)";
    PAYMENT_METHOD, "D1", PaymentId, "a payment by a saved method of its customer", "no such method",
        "payment x where x.business_id = $1 and x.method_id is not null and not exists (
            select 1 from payment_method m
            where m.business_id = x.business_id and m.id = x.method_id and m.customer_id = x.customer_id)";
    PAYMENT_RETRY, "D1", PaymentId, "another try of a payment", "no such payment of this customer",
        "payment x where x.business_id = $1 and x.retry_of is not null and not exists (
            select 1 from payment p where p.business_id = x.business_id and p.id = x.retry_of and p.customer_id = x.customer_id)";
    ATTEMPT_REFUND, "D1", AttemptId, "an attempt of a refund", "no such refund of this payment",
        "attempt x where x.business_id = $1 and x.refund_id is not null and not exists (
            select 1 from refund r where r.business_id = x.business_id and r.id = x.refund_id and r.payment_id = x.payment_id)";
    APPROVAL_CUSTOMER, "D1", ApprovalId, "an approval about a customer", "no such customer",
        "approval x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    REFUND_WAITING, "P3", RefundId, "a refund that waits for a second person", "nobody was asked to approve it",
        "refund x where x.business_id = $1 and x.state = 'waiting_approval' and not exists (
            select 1 from approval a
            where a.business_id = x.business_id and a.kind = 'refund' and a.customer_id = x.customer_id and a.amount = x.amount
                and a.state in ('waiting', 'approved'))";
    REFUND_UNASKED, "C3", RefundId, "a refund that is under way", "nobody will ask about it",
        "refund x where x.business_id = $1 and x.state = 'pending' and not exists (
            select 1 from attempt t where t.business_id = x.business_id and t.refund_id = x.id and t.check_at is not null)";
    LINK_CUSTOMER, "D1", LinkId, "a link of a customer", "no such customer",
        "link x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    REQUEST_LINK, "D1", RequestId, "a request with its link", "no such link of this customer",
        "request x where x.business_id = $1 and not exists (
            select 1 from link l where l.business_id = x.business_id and l.id = x.link_id and l.customer_id = x.customer_id)";
    REQUEST_ORDER, "D1", RequestId, "a request for an order", "no such order of this customer",
        "request x where x.business_id = $1 and x.order_id is not null and not exists (
            select 1 from orders o where o.business_id = x.business_id and o.id = x.order_id and o.customer_id = x.customer_id)";
    REMOTE_INVOICE, "D1", RemoteInvoiceId, "an invoice at a processor", "no such payment of this customer, or no such connection",
        "remote_invoice x where x.business_id = $1 and (not exists (
            select 1 from payment p where p.business_id = x.business_id and p.id = x.payment_id and p.customer_id = x.customer_id)
            or not exists (select 1 from connection c where c.business_id = x.business_id and c.id = x.connection_id))";
    REPLACED_INVOICE, "D1", RemoteInvoiceId, "an invoice that replaces another", "no such invoice of this customer, or it stands still",
        "remote_invoice x where x.business_id = $1 and x.replaces is not null and not exists (
            select 1 from remote_invoice r where r.business_id = x.business_id and r.id = x.replaces
                and r.customer_id = x.customer_id and r.state not in ('making', 'unknown', 'sent', 'closing'))";
    CHOSEN_LINK, "D1", LinkId, "what a selection is about", "no such selection",
        "(select distinct t.business_id, t.link_id as id from link_target t where t.business_id = $1) x where not exists (
            select 1 from link l where l.business_id = x.business_id and l.id = x.id and l.purpose = 'selection')";
    SELECTION, "D1", LinkId, "a selection of documents", "it is about none",
        "link x where x.business_id = $1 and x.purpose = 'selection' and not exists (
            select 1 from link_target t where t.business_id = x.business_id and t.link_id = x.id)";
    STATEMENT_LINK, "D1", StatementId, "a statement with its link", "no such link of this customer",
        "statement x where x.business_id = $1 and not exists (select 1 from link l where l.business_id = x.business_id
            and l.id = x.link_id and l.customer_id = x.customer_id and l.purpose = 'statement')";
    STATEMENT_LAST, "D1", StatementId, "a statement through an entry", "no such entry of this account",
        "statement x where x.business_id = $1 and x.last_entry is not null and not exists (
            select 1 from entry e where e.business_id = x.business_id and e.id = x.last_entry and e.customer_id = x.customer_id)";
    // What it said: every entry that was posted by then and had taken effect.
    STATEMENT_CLOSING, "S1", StatementId, "the closing balance of a statement", "its entries come to another sum",
        "statement x where x.business_id = $1 and x.closing <> (
            select cast(coalesce(sum(case when e.side = 'credit' then e.amount else -e.amount end), 0) as bigint) from entry e
            where e.business_id = x.business_id and e.customer_id = x.customer_id and e.currency = x.currency
                and e.effective_on <= x.to_on and e.id <= x.last_entry)";
    STATEMENT_OPENING, "S1", StatementId, "the opening balance of a statement", "its entries come to another sum",
        "statement x where x.business_id = $1 and x.opening <> (
            select cast(coalesce(sum(case when e.side = 'credit' then e.amount else -e.amount end), 0) as bigint) from entry e
            where e.business_id = x.business_id and e.customer_id = x.customer_id and e.currency = x.currency
                and e.effective_on < x.from_on and e.id <= x.last_entry)";
    RECIPIENT_MESSAGE, "D1", MessageId, "somebody to whom a message goes", "no such message",
        "(select distinct r.business_id, r.message_id as id from message_recipient r where r.business_id = $1) x where not exists (
            select 1 from message m where m.business_id = x.business_id and m.id = x.id)";
    RECIPIENT_CUSTOMER, "D1", MessageId, "a message to a customer", "no such customer",
        "(select r.business_id, r.customer_id, r.message_id as id from message_recipient r where r.business_id = $1) x
        where not exists (select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    RECIPIENT_STATE, "M2", MessageId, "a message that was sent or is held", "its state, code and times contradict each other",
        "(select distinct r.business_id, r.message_id as id from message_recipient r where r.business_id = $1
            and (r.state not in ('sent', 'held') or (r.state = 'held' and (r.code is null or r.released_at is not null))
                or (r.state = 'sent' and r.code is not null))) x";
    SESSION_USER, "D1", SessionId, "a session in which somebody acts for a customer", "no such user or customer",
        "portal_session x where x.business_id = $1 and x.user_id is not null and (not exists (
            select 1 from users u where u.business_id = x.business_id and u.id = x.user_id) or not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id))";
    INVOICE_CUSTOMER, "D1", InvoiceId, "an invoice of a customer", "no such customer",
        "invoice x where x.business_id = $1 and not exists (
            select 1 from customer c where c.business_id = x.business_id and c.id = x.customer_id)";
    INVOICE_ORDER, "D1", InvoiceId, "an invoice for an order", "no such order of this customer",
        "invoice x where x.business_id = $1 and x.order_id is not null and not exists (
            select 1 from orders o where o.business_id = x.business_id and o.id = x.order_id and o.customer_id = x.customer_id)";
    INVOICE_LINE_INVOICE, "D1", InvoiceLineId, "a line of an invoice", "no such invoice",
        "invoice_line x where x.business_id = $1 and not exists (
            select 1 from invoice i where i.business_id = x.business_id and i.id = x.invoice_id)";
    CREDIT_NOTE_INVOICE, "D1", CreditNoteId, "a credit note on an invoice", "no such invoice of this customer",
        "credit_note x where x.business_id = $1 and not exists (
            select 1 from invoice i where i.business_id = x.business_id and i.id = x.invoice_id and i.customer_id = x.customer_id)";
    CREDIT_NOTE_LINE, "D1", CreditNoteId, "the lines of a credit note", "no such credit note",
        "(select distinct l.business_id, l.credit_note_id as id from credit_note_line l where l.business_id = $1) x where not exists (
            select 1 from credit_note c where c.business_id = x.business_id and c.id = x.id)";
    REQUEST_INVOICE, "D1", RequestId, "a request for an invoice", "no such invoice of this customer",
        "request x where x.business_id = $1 and x.invoice_id is not null and not exists (
            select 1 from invoice i where i.business_id = x.business_id and i.id = x.invoice_id and i.customer_id = x.customer_id)";
    // A payment that is settled or under way is followed by what the processor says of its charge; until then by its attempt.
    UNKNOWN_UNASKED, "C3", AttemptId, "an attempt whose outcome is not known", "nobody will ask about it",
        "attempt x join payment p on p.business_id = x.business_id and p.id = x.payment_id
        where x.business_id = $1 and x.state in ('sending', 'unknown') and x.check_at is null
            and p.state in ('created', 'authorized', 'unknown')";
    KEYED_UNASKED, "C3", AttemptId, "a card that is keyed in a terminal apart", "nobody will ask whether it arrived",
        "attempt x join payment p on p.business_id = x.business_id and p.id = x.payment_id
        where x.business_id = $1 and x.operation = 'keyed' and x.check_at is null and p.state = 'pending'";
}

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let trial: Vec<Sums> = reader.query(&TRIAL, &[&business]).await?;
    for sums in trial {
        if sums.debit != sums.credit {
            audit.say("L1", sums.currency, format!("{} debited", sums.debit), format!("{} credited", sums.credit));
        }
        if i128::from(sums.receivable) != -i128::from(sums.balances) {
            let said = format!("customers' balances of {}", sums.balances);
            audit.say("L2", sums.currency, said, format!("{} receivable", sums.receivable));
        }
    }
    for search in SEARCHES {
        let lost: Vec<Lost> = reader.query(search.sql, &[&business]).await?;
        for row in lost {
            audit.say(search.check, (search.shown)(row.id), search.said, search.found);
        }
    }
    Ok(())
}
