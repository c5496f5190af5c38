-- The customer portal, links over several documents, statements that were sent, messages and whom they wait for.

-- What a link is about when it is about a selection: orders, invoices and single charges, by TypeID.
create table link_target (
    business_id uuid not null references business (id),
    link_id uuid not null,
    position bigint not null,
    target text not null,          -- ord_, inv_ or ent_
    primary key (business_id, link_id, position)
);

-- A mailed way into the portal: for a short time, once. The token itself is not here, only its digest.
create table portal_entry (
    business_id uuid not null references business (id),
    id uuid not null,
    email text not null,           -- lower case, as it was asked for
    digest bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    primary key (business_id, id)
);
create unique index portal_entry_digest on portal_entry (digest);

-- A browser inside the portal: of an address, or of a member of staff who acts as one customer.
create table portal_session (
    business_id uuid not null references business (id),
    id uuid not null,
    digest bytea not null,         -- SHA-256 of the cookie's token
    email text,                    -- lower case; the customers with this address may be seen
    customer_id uuid,              -- the one customer for whom staff act
    user_id uuid,                  -- who acts for them
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    primary key (business_id, id),
    check ((email is null) = (customer_id is not null)),
    check ((customer_id is null) = (user_id is null))
);
create unique index portal_session_digest on portal_session (digest);

create index customer_email on customer (business_id, lower(email)) where email is not null;

-- Statements of account that were sent, so that the next one can say what was entered since.
create table statement (
    business_id uuid not null references business (id),
    id uuid not null,
    customer_id uuid not null,
    currency text not null,
    from_on text not null,
    to_on text not null,
    opening bigint not null,          -- minor units; negative: the customer owed
    closing bigint not null,
    last_entry uuid,               -- the entry that was posted last when it was made
    link_id uuid not null,         -- where the customer sees it
    send_to text not null,
    sent_at bigint not null,
    actor text not null,
    primary key (business_id, id)
);
create index statement_customer on statement (business_id, customer_id, currency, id);
create unique index statement_link on statement (business_id, link_id);

-- Messages of staff to customers. To whom each goes, and who is held until their invoices are paid.
create table message (
    business_id uuid not null references business (id),
    id uuid not null,
    subject text not null,
    body text not null,
    to_all boolean not null,
    actor text not null,
    created_at bigint not null,
    primary key (business_id, id)
);
create table message_recipient (
    business_id uuid not null references business (id),
    message_id uuid not null,
    customer_id uuid not null,
    state text not null,           -- sent, held
    code text,                     -- why it is held: HELD_UNPAID, NO_CONTACT
    released_at bigint,               -- when it was let go after having been held
    primary key (business_id, message_id, customer_id),
    check ((state = 'held') = (code is not null))
);
create index message_held on message_recipient (business_id, customer_id, message_id) where state = 'held';

create index event_customer on event (business_id, customer_id, id) where customer_id is not null;
