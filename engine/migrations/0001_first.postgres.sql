-- The first schema: businesses and their people, customers, orders, the ledger of open items, payments and the
-- attempts behind them, links and requests, mail, jobs and events.
--
-- Conventions (docs/architecture.md): every key begins with business_id; ids are 16 bytes (UUIDv7); money is whole
-- minor units beside a currency; days are text 2026-01-31; instants are microseconds since 1970 in UTC. Text in a key is
-- ordered by its bytes (collate "C"), so that both databases give the same order; currencies are ASCII anyway.

-- What belongs to the installation and to no business: the test clock, the one-time set-up link's digest.
create table installation (
    name text collate "C" not null primary key,
    value text not null
);

create table business (
    id uuid not null primary key,
    name text not null,
    currency text not null,
    locale text not null,
    time_zone text not null,
    email text,
    phone text,
    address text,
    tax_id text,
    color text not null,          -- #rrggbb
    logo bytea,                   -- PNG or JPEG
    footer text,
    paper text not null,           -- a4 or letter
    settings text not null,        -- JSON: the typed Settings of store/business.rs
    created_at bigint not null
);

create table users (
    business_id uuid not null references business (id),
    id uuid not null,
    email text not null,           -- lower case
    name text not null,
    role text not null,            -- owner, manager, clerk, viewer
    password_hash text not null,   -- PHC string, Argon2id
    created_at bigint not null,
    disabled_at bigint,
    primary key (business_id, id)
);
create unique index users_email on users (business_id, email);
create index users_sign_in on users (email);

create table session (
    business_id uuid not null references business (id),
    id uuid not null,
    digest bytea not null,        -- SHA-256 of the cookie's token
    user_id uuid not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    ip text not null,
    agent text not null,
    also text not null,            -- JSON: the other businesses that the same password opened
    ended_at bigint,
    primary key (business_id, id)
);
create unique index session_digest on session (digest);
create index session_of_user on session (business_id, user_id);

create table api_key (
    business_id uuid not null references business (id),
    id uuid not null,
    name text not null,
    digest bytea not null,        -- SHA-256 of the key
    scopes text not null,          -- words separated by commas
    expires_on text,
    revoked_at bigint,
    created_at bigint not null,
    primary key (business_id, id)
);
create unique index api_key_digest on api_key (digest);

create table customer (
    business_id uuid not null references business (id),
    id uuid not null,
    name text not null,
    name_key text collate "C" not null,     -- lower case, for the order by name
    email text,
    phone text,
    reference text,
    address text,
    locale text,
    hold_exempt boolean not null,
    search text not null,          -- lower case: name, email, phone and reference, for finding by a part
    created_at bigint not null,
    updated_at bigint not null,
    primary key (business_id, id)
);
create index customer_name on customer (business_id, name_key, id);
create extension if not exists pg_trgm;
create index customer_search on customer using gin (search gin_trgm_ops);

-- Narrow and apart from customer, because it changes with each entry and its rank is indexed.
create table customer_balance (
    business_id uuid not null references business (id),
    customer_id uuid not null,
    currency text not null,
    balance bigint not null,         -- minor units; negative: the customer owes
    active_at bigint not null,       -- the last entry, or when the customer was created
    primary key (business_id, customer_id, currency)
);
create index customer_balance_rank on customer_balance (business_id, currency, balance, customer_id);
create index customer_balance_active on customer_balance (business_id, currency, active_at, customer_id);

-- Gap-free numbers: the next one of a series, taken under a lock inside the transaction that uses it.
create table counter (
    business_id uuid not null references business (id),
    series text collate "C" not null,     -- such as ORD-2026
    next bigint not null,
    primary key (business_id, series)
);

create table orders (
    business_id uuid not null references business (id),
    id uuid not null,
    kind text not null,            -- order, application
    number text,                   -- none while it is a draft
    customer_id uuid not null,
    currency text not null,
    state text not null,           -- as decided by a person; "pending" because of a request is derived
    note text,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (business_id, id)
);
create unique index orders_number on orders (business_id, number);
create index orders_customer on orders (business_id, customer_id, id);

-- Each posting of added or removed lines after the first.
create table amendment (
    business_id uuid not null references business (id),
    id uuid not null,
    order_id uuid not null,
    reason text not null,
    note text,
    added bigint not null,           -- minor units, gross
    removed bigint not null,         -- minor units, gross
    actor text not null,
    created_at bigint not null,
    primary key (business_id, id)
);
create index amendment_order on amendment (business_id, order_id, id);

create table order_line (
    business_id uuid not null references business (id),
    id uuid not null,
    order_id uuid not null,
    position bigint not null,
    kind text not null,
    description text not null,
    quantity text not null,        -- decimal text, up to four places
    unit text,
    unit_amount bigint not null,     -- minor units; negative for a discount only
    tax_rate text,                 -- percent as text; none: no tax
    tax_included boolean not null,
    net bigint not null,
    tax bigint not null,
    gross bigint not null,
    credited bigint not null,     -- of gross, taken off by name
    credited_tax bigint not null,
    entry_id uuid,                  -- the charge that carries it; none while the order is a draft
    added_by uuid,                  -- amendment; none: from the beginning
    removed_by uuid,                -- amendment
    primary key (business_id, id)
);
create index order_line_order on order_line (business_id, order_id, position);

-- The ledger of open items. Never edited, never deleted.
create table entry (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    currency text not null,
    side text not null,            -- charge, credit
    kind text not null,
    amount bigint not null constraint entry_amount_positive check (amount > 0),
    net bigint not null,
    tax bigint not null,
    description text not null,
    category text,
    note text,
    method text,
    reason text,
    effective_on text not null,
    due_on text,
    noted_on text,                 -- the real day, where a lock moved effective_on
    order_id uuid,
    amendment_id uuid,
    invoice_id uuid,
    payment_id uuid,
    credit_note_id uuid,
    reverses uuid,
    balance_after bigint not null,   -- of the account, in posting order; negative: owes
    actor text not null,
    event_id uuid not null,
    created_at bigint not null,
    primary key (business_id, id)
);
create index entry_customer on entry (business_id, customer_id, currency, id);
create index entry_day on entry (business_id, kind, effective_on);
create index entry_order on entry (business_id, order_id) where order_id is not null;
create index entry_payment on entry (business_id, payment_id) where payment_id is not null;
create unique index entry_reversed_once on entry (business_id, reverses) where reverses is not null;

-- What changes about an entry: how much of it is allocated, and the marks that decide what may still happen to it.
create table entry_open (
    business_id uuid not null references business (id),
    entry_id uuid not null,
    customer_id uuid not null,
    currency text not null,
    side text not null,
    amount bigint not null,
    allocated bigint not null,
    reserved bigint not null,        -- by payments or refunds under way
    held boolean not null,         -- credit: not applied by itself
    recognized boolean not null,   -- charge: its revenue has been posted
    reopened_on text,              -- the latest day an allocation of it was taken back
    channel text,                  -- of a payment's credit: outside, or the kind of processor it came through
    order_id uuid,
    invoice_id uuid,                -- the live invoice that covers a charge
    due_on text,
    effective_on text not null,
    primary key (business_id, entry_id),
    constraint entry_open_allocated check (allocated between 0 and amount),
    constraint entry_open_reserved check (reserved between 0 and amount)
);
create index entry_open_live on entry_open (business_id, customer_id, currency) where allocated < amount or reserved > 0;
create index entry_open_due on entry_open (business_id, currency, side, due_on) where allocated < amount;

create table allocation (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    credit_id uuid not null,
    charge_id uuid not null,
    amount bigint not null constraint allocation_amount_positive check (amount > 0),
    takes_back uuid,                -- the allocation that this row undoes, in part or whole
    effective_on text not null,
    event_id uuid not null,
    created_at bigint not null,
    primary key (business_id, id)
);
create index allocation_credit on allocation (business_id, credit_id);
create index allocation_charge on allocation (business_id, charge_id);

create table journal_line (
    business_id uuid not null references business (id),
    entry_id uuid not null,
    seq bigint not null,
    account text not null,
    currency text not null,
    debit bigint not null,
    credit bigint not null,
    effective_on text not null,
    primary key (business_id, entry_id, seq),
    constraint journal_line_one_side check (debit >= 0 and credit >= 0 and (debit = 0) <> (credit = 0))
);
create index journal_line_account on journal_line (business_id, account, entry_id);

-- A connection to a processor.
create table connection (
    business_id uuid not null references business (id),
    id uuid not null,
    kind text not null,
    name text not null,
    state text not null,           -- untested, live, disabled, failing
    settings text not null,        -- JSON, nothing secret
    changes_cursor text,           -- how far the processor's own record was read
    created_at bigint not null,
    primary key (business_id, id)
);

-- One try to take money, with one amount and one state.
create table payment (
    business_id uuid not null references business (id),
    id uuid not null,
    number text not null,
    customer_id uuid not null,
    currency text not null,
    amount bigint not null constraint payment_amount_positive check (amount > 0),
    state text not null,           -- created, authorized, pending, unknown, succeeded, failed, canceled
    kind text not null,            -- external, online
    external_kind text,            -- cash, check, bank_transfer, card_terminal, other
    reference text,
    memo text,
    received_on text,
    connection_id uuid,
    remote_id text,                -- the processor's own id of the charge
    brand text,
    last4 text,
    decline_code text,
    decline_text text,
    order_id uuid,                  -- the document it named
    invoice_id uuid,
    request_id uuid,
    link_id uuid,                   -- the payer's link it came through
    entry_id uuid,                  -- the credit it became
    refunded bigint not null,
    disputed boolean not null,
    returned boolean not null,
    checkout_url text,             -- the processor's page, while the payer may still use it
    actor text not null,
    created_at bigint not null,
    updated_at bigint not null,
    succeeded_at bigint,
    primary key (business_id, id)
);
create unique index payment_number on payment (business_id, number);
create index payment_customer on payment (business_id, customer_id, id);
create index payment_order on payment (business_id, order_id, id) where order_id is not null;
create index payment_remote on payment (business_id, connection_id, remote_id) where remote_id is not null;
create index payment_live on payment (business_id, state, id) where state in ('created', 'authorized', 'pending', 'unknown');
create index payment_trouble on payment (business_id, id) where disputed or returned;
create index payment_reference on payment (business_id, reference, id) where reference is not null;

-- What a payment is meant for, and what it reserves while it is under way.
create table payment_target (
    business_id uuid not null references business (id),
    payment_id uuid not null,
    position bigint not null,
    entry_id uuid not null,         -- the charge
    amount bigint not null,
    primary key (business_id, payment_id, position)
);

-- One call to a processor, committed before the socket opens. Its id is the key that the processor sees.
create table attempt (
    business_id uuid not null references business (id),
    id uuid not null,
    payment_id uuid not null,
    connection_id uuid not null,
    operation text not null,       -- checkout
    state text not null,           -- sending, done, declined, rejected, pending, unknown
    remote_id text,
    asked text not null,           -- JSON: what was asked, to ask it again or to look it up
    evidence text,                 -- what ended it, in the processor's words
    checks bigint not null,          -- how often the processor was asked about it
    check_at bigint,                 -- when to ask next
    created_at bigint not null,
    updated_at bigint not null,
    primary key (business_id, id)
);
create index attempt_payment on attempt (business_id, payment_id, id);
create index attempt_check on attempt (check_at) where check_at is not null;

-- What processors told us, stored raw before it is believed.
create table hook_delivery (
    business_id uuid not null references business (id),
    connection_id uuid not null,
    dedupe_id text collate "C" not null,
    body text not null,            -- as it was received
    hints text not null,           -- JSON: what it is about
    received_at bigint not null,
    primary key (business_id, connection_id, dedupe_id)
);

-- The payer's ways in. The token itself is not here, only its digest.
create table link (
    business_id uuid not null references business (id),
    id uuid not null,
    purpose text not null,         -- balance, request, receipt
    customer_id uuid not null,
    currency text not null,
    order_id uuid,
    invoice_id uuid,
    request_id uuid,
    payment_id uuid,
    digest bytea not null,
    policy text not null,          -- full, minimum, steps, any
    minimum_amount bigint,
    steps text,                    -- JSON list of amounts
    can_pay boolean not null,
    expires_at bigint not null,
    revoked_at bigint,
    opened_at bigint,                -- the first time a payer, not a machine, opened it
    created_at bigint not null,
    actor text not null,
    primary key (business_id, id)
);
create unique index link_digest on link (digest);
create index link_customer on link (business_id, customer_id, id);
create index link_payment on link (business_id, payment_id) where payment_id is not null;

-- Which links a visitor's browser has shown the token of. The cookie holds the other half of the digest.
create table visitor_right (
    business_id uuid not null references business (id),
    digest bytea not null,
    link_id uuid not null,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (business_id, digest, link_id)
);
create index visitor_right_link on visitor_right (digest, link_id);

create table request (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    order_id uuid,
    invoice_id uuid,
    link_id uuid not null,
    currency text not null,
    amount bigint not null,          -- what was due when it was sent
    send_to text not null,
    cc text not null,              -- JSON list of addresses
    message text,
    notify text not null,          -- JSON list of staff addresses
    state text not null,           -- sent, opened, paid, closed, failed
    sent_at bigint not null,
    opened_at bigint,
    paid_at bigint,
    closed_at bigint,
    actor text not null,
    primary key (business_id, id)
);
create index request_order on request (business_id, order_id, id) where order_id is not null;
create index request_customer on request (business_id, customer_id, id);
create index request_out on request (business_id, order_id) where state in ('sent', 'opened');

create table mail (
    business_id uuid not null references business (id),
    id uuid not null,
    kind text not null,
    customer_id uuid,
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
    tries bigint not null,
    created_at bigint not null,
    sent_at bigint,
    primary key (business_id, id)
);
create unique index mail_once on mail (business_id, cause, kind, send_to);
create index mail_customer on mail (business_id, customer_id, id);
create index mail_trouble on mail (business_id, id) where state in ('failed', 'bounced');

-- Work left behind by a flow in its own transaction: done at least once, in the background.
create table job (
    business_id uuid not null references business (id),
    id uuid not null,
    kind text not null,
    subject text not null,         -- what it is about: a TypeID
    cause uuid not null,            -- the event that left it behind
    state text not null,           -- waiting, dead; done rows are removed
    run_at bigint not null,
    lease_until bigint,
    tries bigint not null,
    error text,
    created_at bigint not null,
    primary key (business_id, id)
);
create index job_due on job (state, run_at);

-- Audit line, outbox and idempotency record at once.
create table event (
    business_id uuid not null references business (id),
    id uuid not null,
    actor text not null,           -- usr_…, key_…, lnk_…, system
    actor_role text not null,
    request_id text not null,
    kind text not null,            -- payment_recorded, order_amended, …
    subject text not null,         -- TypeID of what changed
    customer_id uuid,
    data text not null,            -- JSON: amounts and ids, no personal text and no secret
    idempotency_key text,
    request_hash bytea,
    answer text,                   -- TypeID of what the first answer showed
    body text,                     -- the first answer itself, kept 72 hours
    status bigint,
    created_at bigint not null,
    primary key (business_id, id)
);
create unique index event_idempotency on event (business_id, actor, idempotency_key) where idempotency_key is not null;
create index event_time on event (created_at, id);
create index event_subject on event (business_id, subject, id);

-- The audit chain: digest = SHA-256(previous digest, canonical line of the event).
create table event_seal (
    business_id uuid not null references business (id),
    seq bigint not null,
    event_id uuid not null,
    digest bytea not null,
    primary key (business_id, seq)
);
create unique index event_seal_event on event_seal (business_id, event_id);

-- The far side of Sandbox, the pretend processor: apart from the books and never read by them.
create table sandbox_record (
    business_id uuid not null references business (id),
    connection_id uuid not null,
    kind text collate "C" not null,
    id text collate "C" not null,
    version bigint not null,
    sequence bigint not null,     -- the connection's own count of changes
    due_at bigint,                -- when its bank has something to do about it
    body text not null,            -- JSON
    primary key (business_id, connection_id, kind, id)
);
create unique index sandbox_record_sequence on sandbox_record (business_id, connection_id, sequence);
create index sandbox_record_due on sandbox_record (business_id, connection_id, kind, due_at, id) where due_at is not null;
