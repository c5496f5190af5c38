-- What processors sent to the bank, held against the payments it is made of.

alter table connection add column payouts_cursor text;     -- how far its listing of payouts was read

-- Signed minor units: a payout takes back when more was refunded than taken. Its journal follows from the row:
-- bank and processor_fees against clearing (known) and suspense (the rest).
create table payout (
    business_id uuid not null references business (id),
    id uuid not null,
    connection_id uuid not null,
    remote_id text collate "C" not null,       -- the processor's own id of it
    currency text not null,
    net bigint not null,
    fees bigint not null,
    known bigint not null,        -- of net and fees together: what is of payments in these books
    whole boolean not null,        -- all of it is
    arrived_on text collate "C" not null,
    listed_at bigint not null,
    primary key (business_id, id)
);
create unique index payout_remote on payout (business_id, connection_id, remote_id);
create index payout_arrived on payout (business_id, arrived_on, id);
create index payout_differs on payout (business_id, id) where whole = false;

create table payout_line (
    business_id uuid not null references business (id),
    payout_id uuid not null,
    position bigint not null,
    charge text not null,          -- the processor's own id
    payment_id uuid,               -- none: of no payment in these books
    amount bigint not null,
    primary key (business_id, payout_id, position)
);
create index payout_line_payment on payout_line (business_id, payment_id) where payment_id is not null;
