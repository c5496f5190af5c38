-- Refunds, saved methods, held amounts, disputes, approvals and charging by itself.

-- A payment may charge a saved method, hold an amount first, be another try of an earlier one, and be disputed.
alter table payment add column method_id uuid;         -- the saved method it charges
alter table payment add column retry_of uuid;          -- the payment that it tries again
alter table payment add column tries bigint not null default 0;   -- how many tries came before it
alter table payment add column by_itself boolean not null default false;  -- charged by the customer's own switch
alter table payment add column aims text;              -- JSON: what it named, where that is not one order; none: oldest due first
alter table payment add column captures boolean not null default true;    -- false: the amount is held first
alter table payment add column held_until bigint;     -- when a held amount lapses
alter table payment add column approval_code text;
alter table payment add column dispute text;           -- opened, won, lost
alter table payment add column disputed_amount bigint;   -- what the processor holds or held back
create index payment_retry on payment (business_id, retry_of) where retry_of is not null;
create index payment_itself on payment (business_id, customer_id, id) where by_itself;

-- What a call was about besides its payment.
alter table attempt add column refund_id uuid;

-- Charged without anybody asking: JSON {method, at: due or threshold, threshold}.
alter table customer add column auto_charge text;
create index customer_charged_by_itself on customer (business_id, id) where auto_charge is not null;

-- Money of a payment that goes back. Posted when it has gone, never before.
create table refund (
    business_id uuid not null references business (id),
    id uuid not null,
    number text not null,
    payment_id uuid not null,
    customer_id uuid not null,
    currency text not null,
    amount bigint not null constraint refund_amount_positive check (amount > 0),
    state text not null,           -- waiting_approval, pending, succeeded, failed
    route text not null,           -- original: the way it came; outside: recorded only
    reason text not null,
    reopens text not null,         -- JSON: which documents are owed again, and how much of each
    credit_note_id uuid,            -- what it was made for, if a credit note freed the money
    connection_id uuid,
    remote_id text,                -- the processor's own id of it
    entry_id uuid,                  -- the pay-out it became
    decline_code text,
    decline_text text,
    actor text not null,
    created_at bigint not null,
    updated_at bigint not null,
    settled_at bigint,
    primary key (business_id, id)
);
create unique index refund_number on refund (business_id, number);
create index refund_payment on refund (business_id, payment_id, id);
create index refund_customer on refund (business_id, customer_id, id);
create index refund_failed on refund (business_id, id) where state = 'failed';

-- How a customer is known to a processor.
create table processor_customer (
    business_id uuid not null references business (id),
    customer_id uuid not null,
    connection_id uuid not null,
    remote_id text not null,
    created_at bigint not null,
    primary key (business_id, customer_id, connection_id)
);

-- A way to pay that the processor keeps: its token, brand and last four, never a number.
create table payment_method (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    connection_id uuid not null,
    remote_customer text not null,
    remote_id text not null,       -- the processor's token
    kind text not null,            -- card, bank_debit
    brand text not null,
    last4 text not null,
    expires text,                  -- the last month it is good for: 2030-12
    is_default boolean not null,
    actor text not null,
    created_at bigint not null,
    removed_at bigint,
    primary key (business_id, id)
);
create unique index payment_method_remote on payment_method (business_id, connection_id, remote_id);
create index payment_method_customer on payment_method (business_id, customer_id, id);

-- A page of the processor where a customer's card is kept; its id is the key that the processor sees.
create table method_setup (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    connection_id uuid not null,
    link_id uuid not null,          -- where the browser comes back to
    asked text not null,           -- JSON: what was asked, to look it up
    state text not null,           -- sending, open, done, closed
    remote_id text,
    url text,
    method_id uuid,                 -- what came of it
    actor text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (business_id, id)
);
create index method_setup_link on method_setup (business_id, link_id);
create index method_setup_remote on method_setup (business_id, connection_id, remote_id) where remote_id is not null;

-- An act above somebody's limit, held until a second person has decided.
create table approval (
    business_id uuid not null references business (id),
    id uuid not null,
    kind text not null,            -- refund, write_off, credit, adjustment
    act text not null,             -- JSON: the act as it was asked for
    customer_id uuid not null,
    about text not null,           -- TypeID of what it is about
    currency text not null,
    amount bigint not null,
    reason text not null,
    state text not null,           -- waiting, approved, rejected
    actor text not null,           -- who asked
    decided_by text,
    note text,                     -- why it was rejected
    outcome text,                  -- TypeID of what came of it
    created_at bigint not null,
    decided_at bigint,
    primary key (business_id, id)
);
create index approval_waiting on approval (business_id, id) where state = 'waiting';
