-- What processors sent to the bank, held against the payments it is made of.

alter table connection add column payouts_cursor text;     -- how far its listing of payouts was read

-- Signed minor units: a payout takes back when more was refunded than taken. Its journal follows from the row:
-- bank and processor_fees against clearing (known) and suspense (the rest).
create table payout (
    business_id blob not null references business (id),
    id blob not null,
    connection_id blob not null,
    remote_id text not null,       -- the processor's own id of it
    currency text not null,
    net integer not null,
    fees integer not null,
    known integer not null,        -- of net and fees together: what is of payments in these books
    whole boolean not null,        -- all of it is
    arrived_on text not null,
    listed_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index payout_remote on payout (business_id, connection_id, remote_id);
create index payout_arrived on payout (business_id, arrived_on, id);
create index payout_differs on payout (business_id, id) where whole = false;

create table payout_line (
    business_id blob not null references business (id),
    payout_id blob not null,
    position integer not null,
    charge text not null,          -- the processor's own id
    payment_id blob,               -- none: of no payment in these books
    amount integer not null,
    primary key (business_id, payout_id, position)
) without rowid;
create index payout_line_payment on payout_line (business_id, payment_id) where payment_id is not null;
