-- The first schema: businesses and their people, customers, orders, the ledger of open items, payments and the
-- attempts behind them, links and requests, mail, jobs and events.
--
-- Conventions (docs/architecture.md): every key begins with business_id; ids are 16 bytes (UUIDv7); money is whole
-- minor units beside a currency; days are text 2026-01-31; instants are microseconds since 1970 in UTC.

-- What belongs to the installation and to no business: the test clock, the one-time set-up link's digest.
create table installation (
    name text not null primary key,
    value text not null
);

create table business (
    id blob not null primary key,
    name text not null,
    currency text not null,
    locale text not null,
    time_zone text not null,
    email text,
    phone text,
    address text,
    tax_id text,
    color text not null,          -- #rrggbb
    logo blob,                   -- PNG or JPEG
    footer text,
    paper text not null,           -- a4 or letter
    settings text not null,        -- JSON: the typed Settings of store/business.rs
    created_at integer not null
);

create table users (
    business_id blob not null references business (id),
    id blob not null,
    email text not null,           -- lower case
    name text not null,
    role text not null,            -- owner, manager, clerk, viewer
    password_hash text not null,   -- PHC string, Argon2id
    created_at integer not null,
    disabled_at integer,
    primary key (business_id, id)
) without rowid;
create unique index users_email on users (business_id, email);
create index users_sign_in on users (email);

create table session (
    business_id blob not null references business (id),
    id blob not null,
    digest blob not null,        -- SHA-256 of the cookie's token
    user_id blob not null,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null,
    ip text not null,
    agent text not null,
    also text not null,            -- JSON: the other businesses that the same password opened
    ended_at integer,
    primary key (business_id, id)
) without rowid;
create unique index session_digest on session (digest);
create index session_of_user on session (business_id, user_id);

create table api_key (
    business_id blob not null references business (id),
    id blob not null,
    name text not null,
    digest blob not null,        -- SHA-256 of the key
    scopes text not null,          -- words separated by commas
    expires_on text,
    revoked_at integer,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index api_key_digest on api_key (digest);

-- SQLite keeps a rowid here, because its full-text index points at it.
create table customer (
    business_id blob not null references business (id),
    id blob not null,
    name text not null,
    name_key text not null,     -- lower case, for the order by name
    email text,
    phone text,
    reference text,
    address text,
    locale text,
    hold_exempt boolean not null,
    search text not null,          -- lower case: name, email, phone and reference, for finding by a part
    created_at integer not null,
    updated_at integer not null,
    primary key (business_id, id)
);
create index customer_name on customer (business_id, name_key, id);
create virtual table customer_fts using fts5 (search, content = 'customer', tokenize = 'trigram');
create trigger customer_fts_insert after insert on customer begin
    insert into customer_fts (rowid, search) values (new.rowid, new.search);
end;
create trigger customer_fts_delete after delete on customer begin
    insert into customer_fts (customer_fts, rowid, search) values ('delete', old.rowid, old.search);
end;
create trigger customer_fts_update after update of search on customer begin
    insert into customer_fts (customer_fts, rowid, search) values ('delete', old.rowid, old.search);
    insert into customer_fts (rowid, search) values (new.rowid, new.search);
end;

-- Narrow and apart from customer, because it changes with each entry and its rank is indexed.
create table customer_balance (
    business_id blob not null references business (id),
    customer_id blob not null,
    currency text not null,
    balance integer not null,         -- minor units; negative: the customer owes
    active_at integer not null,       -- the last entry, or when the customer was created
    primary key (business_id, customer_id, currency)
) without rowid;
create index customer_balance_rank on customer_balance (business_id, currency, balance, customer_id);
create index customer_balance_active on customer_balance (business_id, currency, active_at, customer_id);

-- Gap-free numbers: the next one of a series, taken under a lock inside the transaction that uses it.
create table counter (
    business_id blob not null references business (id),
    series text not null,          -- such as ORD-2026
    next integer not null,
    primary key (business_id, series)
) without rowid;

create table orders (
    business_id blob not null references business (id),
    id blob not null,
    kind text not null,            -- order, application
    number text,                   -- none while it is a draft
    customer_id blob not null,
    currency text not null,
    state text not null,           -- as decided by a person; "pending" because of a request is derived
    note text,
    created_at integer not null,
    updated_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index orders_number on orders (business_id, number);
create index orders_customer on orders (business_id, customer_id, id);

-- Each posting of added or removed lines after the first.
create table amendment (
    business_id blob not null references business (id),
    id blob not null,
    order_id blob not null,
    reason text not null,
    note text,
    added integer not null,           -- minor units, gross
    removed integer not null,         -- minor units, gross
    actor text not null,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create index amendment_order on amendment (business_id, order_id, id);

create table order_line (
    business_id blob not null references business (id),
    id blob not null,
    order_id blob not null,
    position integer not null,
    kind text not null,
    description text not null,
    quantity text not null,        -- decimal text, up to four places
    unit text,
    unit_amount integer not null,     -- minor units; negative for a discount only
    tax_rate text,                 -- percent as text; none: no tax
    tax_included boolean not null,
    net integer not null,
    tax integer not null,
    gross integer not null,
    credited integer not null,     -- of gross, taken off by name
    credited_tax integer not null,
    entry_id blob,                  -- the charge that carries it; none while the order is a draft
    added_by blob,                  -- amendment; none: from the beginning
    removed_by blob,                -- amendment
    primary key (business_id, id)
) without rowid;
create index order_line_order on order_line (business_id, order_id, position);

-- The ledger of open items. Never edited, never deleted.
create table entry (
    business_id blob not null references business (id),
    id blob not null,
    customer_id blob not null,
    currency text not null,
    side text not null,            -- charge, credit
    kind text not null,
    amount integer not null constraint entry_amount_positive check (amount > 0),
    net integer not null,
    tax integer not null,
    description text not null,
    category text,
    note text,
    method text,
    reason text,
    effective_on text not null,
    due_on text,
    noted_on text,                 -- the real day, where a lock moved effective_on
    order_id blob,
    amendment_id blob,
    invoice_id blob,
    payment_id blob,
    credit_note_id blob,
    reverses blob,
    balance_after integer not null,   -- of the account, in posting order; negative: owes
    actor text not null,
    event_id blob not null,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create index entry_customer on entry (business_id, customer_id, currency, id);
create index entry_day on entry (business_id, kind, effective_on);
create index entry_order on entry (business_id, order_id) where order_id is not null;
create index entry_payment on entry (business_id, payment_id) where payment_id is not null;
create unique index entry_reversed_once on entry (business_id, reverses) where reverses is not null;

-- What changes about an entry: how much of it is allocated, and the marks that decide what may still happen to it.
create table entry_open (
    business_id blob not null references business (id),
    entry_id blob not null,
    customer_id blob not null,
    currency text not null,
    side text not null,
    amount integer not null,
    allocated integer not null,
    reserved integer not null,        -- by payments or refunds under way
    held boolean not null,         -- credit: not applied by itself
    recognized boolean not null,   -- charge: its revenue has been posted
    reopened_on text,              -- the latest day an allocation of it was taken back
    channel text,                  -- of a payment's credit: outside, or the kind of processor it came through
    order_id blob,
    invoice_id blob,                -- the live invoice that covers a charge
    due_on text,
    effective_on text not null,
    primary key (business_id, entry_id),
    constraint entry_open_allocated check (allocated between 0 and amount),
    constraint entry_open_reserved check (reserved between 0 and amount)
) without rowid;
create index entry_open_live on entry_open (business_id, customer_id, currency) where allocated < amount or reserved > 0;
create index entry_open_due on entry_open (business_id, currency, side, due_on) where allocated < amount;

create table allocation (
    business_id blob not null references business (id),
    id blob not null,
    customer_id blob not null,
    credit_id blob not null,
    charge_id blob not null,
    amount integer not null constraint allocation_amount_positive check (amount > 0),
    takes_back blob,                -- the allocation that this row undoes, in part or whole
    effective_on text not null,
    event_id blob not null,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create index allocation_credit on allocation (business_id, credit_id);
create index allocation_charge on allocation (business_id, charge_id);

create table journal_line (
    business_id blob not null references business (id),
    entry_id blob not null,
    seq integer not null,
    account text not null,
    currency text not null,
    debit integer not null,
    credit integer not null,
    effective_on text not null,
    primary key (business_id, entry_id, seq),
    constraint journal_line_one_side check (debit >= 0 and credit >= 0 and (debit = 0) <> (credit = 0))
) without rowid;
create index journal_line_account on journal_line (business_id, account, entry_id);

-- A connection to a processor.
create table connection (
    business_id blob not null references business (id),
    id blob not null,
    kind text not null,
    name text not null,
    state text not null,           -- untested, live, disabled, failing
    settings text not null,        -- JSON, nothing secret
    changes_cursor text,           -- how far the processor's own record was read
    created_at integer not null,
    primary key (business_id, id)
) without rowid;

-- One try to take money, with one amount and one state.
create table payment (
    business_id blob not null references business (id),
    id blob not null,
    number text not null,
    customer_id blob not null,
    currency text not null,
    amount integer not null constraint payment_amount_positive check (amount > 0),
    state text not null,           -- created, authorized, pending, unknown, succeeded, failed, canceled
    kind text not null,            -- external, online
    external_kind text,            -- cash, check, bank_transfer, card_terminal, other
    reference text,
    memo text,
    received_on text,
    connection_id blob,
    remote_id text,                -- the processor's own id of the charge
    brand text,
    last4 text,
    decline_code text,
    decline_text text,
    order_id blob,                  -- the document it named
    invoice_id blob,
    request_id blob,
    link_id blob,                   -- the payer's link it came through
    entry_id blob,                  -- the credit it became
    refunded integer not null,
    disputed boolean not null,
    returned boolean not null,
    checkout_url text,             -- the processor's page, while the payer may still use it
    actor text not null,
    created_at integer not null,
    updated_at integer not null,
    succeeded_at integer,
    primary key (business_id, id)
) without rowid;
create unique index payment_number on payment (business_id, number);
create index payment_customer on payment (business_id, customer_id, id);
create index payment_order on payment (business_id, order_id, id) where order_id is not null;
create index payment_remote on payment (business_id, connection_id, remote_id) where remote_id is not null;
create index payment_live on payment (business_id, state, id) where state in ('created', 'authorized', 'pending', 'unknown');
create index payment_trouble on payment (business_id, id) where disputed or returned;
create index payment_reference on payment (business_id, reference, id) where reference is not null;

-- What a payment is meant for, and what it reserves while it is under way.
create table payment_target (
    business_id blob not null references business (id),
    payment_id blob not null,
    position integer not null,
    entry_id blob not null,         -- the charge
    amount integer not null,
    primary key (business_id, payment_id, position)
) without rowid;

-- One call to a processor, committed before the socket opens. Its id is the key that the processor sees.
create table attempt (
    business_id blob not null references business (id),
    id blob not null,
    payment_id blob not null,
    connection_id blob not null,
    operation text not null,       -- checkout
    state text not null,           -- sending, done, declined, rejected, pending, unknown
    remote_id text,
    asked text not null,           -- JSON: what was asked, to ask it again or to look it up
    evidence text,                 -- what ended it, in the processor's words
    checks integer not null,          -- how often the processor was asked about it
    check_at integer,                 -- when to ask next
    created_at integer not null,
    updated_at integer not null,
    primary key (business_id, id)
) without rowid;
create index attempt_payment on attempt (business_id, payment_id, id);
create index attempt_check on attempt (check_at) where check_at is not null;

-- What processors told us, stored raw before it is believed.
create table hook_delivery (
    business_id blob not null references business (id),
    connection_id blob not null,
    dedupe_id text not null,
    body text not null,            -- as it was received
    hints text not null,           -- JSON: what it is about
    received_at integer not null,
    primary key (business_id, connection_id, dedupe_id)
) without rowid;

-- The payer's ways in. The token itself is not here, only its digest.
create table link (
    business_id blob not null references business (id),
    id blob not null,
    purpose text not null,         -- balance, request, receipt
    customer_id blob not null,
    currency text not null,
    order_id blob,
    invoice_id blob,
    request_id blob,
    payment_id blob,
    digest blob not null,
    policy text not null,          -- full, minimum, steps, any
    minimum_amount integer,
    steps text,                    -- JSON list of amounts
    can_pay boolean not null,
    expires_at integer not null,
    revoked_at integer,
    opened_at integer,                -- the first time a payer, not a machine, opened it
    created_at integer not null,
    actor text not null,
    primary key (business_id, id)
) without rowid;
create unique index link_digest on link (digest);
create index link_customer on link (business_id, customer_id, id);
create index link_payment on link (business_id, payment_id) where payment_id is not null;

-- Which links a visitor's browser has shown the token of. The cookie holds the other half of the digest.
create table visitor_right (
    business_id blob not null references business (id),
    digest blob not null,
    link_id blob not null,
    created_at integer not null,
    expires_at integer not null,
    primary key (business_id, digest, link_id)
) without rowid;
create index visitor_right_link on visitor_right (digest, link_id);

create table request (
    business_id blob not null references business (id),
    id blob not null,
    customer_id blob not null,
    order_id blob,
    invoice_id blob,
    link_id blob not null,
    currency text not null,
    amount integer not null,          -- what was due when it was sent
    send_to text not null,
    cc text not null,              -- JSON list of addresses
    message text,
    notify text not null,          -- JSON list of staff addresses
    state text not null,           -- sent, opened, paid, closed, failed
    sent_at integer not null,
    opened_at integer,
    paid_at integer,
    closed_at integer,
    actor text not null,
    primary key (business_id, id)
) without rowid;
create index request_order on request (business_id, order_id, id) where order_id is not null;
create index request_customer on request (business_id, customer_id, id);
create index request_out on request (business_id, order_id) where state in ('sent', 'opened');

create table mail (
    business_id blob not null references business (id),
    id blob not null,
    kind text not null,
    customer_id blob,
    about text,                    -- TypeID of what it is about
    cause text not null,           -- the event that caused it; with kind and address: never twice
    send_to text not null,
    cc text not null,              -- JSON list of addresses
    reply_to text,
    subject text not null,
    body_text text not null,
    body_html text not null,
    state text not null,           -- kept, queued, sent, failed, bounced
    error text,
    tries integer not null,
    created_at integer not null,
    sent_at integer,
    primary key (business_id, id)
) without rowid;
create unique index mail_once on mail (business_id, cause, kind, send_to);
create index mail_customer on mail (business_id, customer_id, id);
create index mail_trouble on mail (business_id, id) where state in ('failed', 'bounced');

-- Work left behind by a flow in its own transaction: done at least once, in the background.
create table job (
    business_id blob not null references business (id),
    id blob not null,
    kind text not null,
    subject text not null,         -- what it is about: a TypeID
    cause blob not null,            -- the event that left it behind
    state text not null,           -- waiting, dead; done rows are removed
    run_at integer not null,
    lease_until integer,
    tries integer not null,
    error text,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create index job_due on job (state, run_at);

-- Audit line, outbox and idempotency record at once.
create table event (
    business_id blob not null references business (id),
    id blob not null,
    actor text not null,           -- usr_…, key_…, lnk_…, system
    actor_role text not null,
    request_id text not null,
    kind text not null,            -- payment_recorded, order_amended, …
    subject text not null,         -- TypeID of what changed
    customer_id blob,
    data text not null,            -- JSON: amounts and ids, no personal text and no secret
    idempotency_key text,
    request_hash blob,
    answer text,                   -- TypeID of what the first answer showed
    body text,                     -- the first answer itself, kept 72 hours
    status integer,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index event_idempotency on event (business_id, actor, idempotency_key) where idempotency_key is not null;
create index event_time on event (created_at, id);
create index event_subject on event (business_id, subject, id);

-- The audit chain: digest = SHA-256(previous digest, canonical line of the event).
create table event_seal (
    business_id blob not null references business (id),
    seq integer not null,
    event_id blob not null,
    digest blob not null,
    primary key (business_id, seq)
) without rowid;
create unique index event_seal_event on event_seal (business_id, event_id);

-- The far side of Sandbox, the pretend processor: apart from the books and never read by them.
create table sandbox_record (
    business_id blob not null references business (id),
    connection_id blob not null,
    kind text not null,
    id text not null,
    version integer not null,
    sequence integer not null,     -- the connection's own count of changes
    due_at integer,                -- when its bank has something to do about it
    body text not null,            -- JSON
    primary key (business_id, connection_id, kind, id)
) without rowid;
create unique index sandbox_record_sequence on sandbox_record (business_id, connection_id, sequence);
create index sandbox_record_due on sandbox_record (business_id, connection_id, kind, due_at, id) where due_at is not null;
