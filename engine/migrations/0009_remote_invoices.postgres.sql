-- Invoices that a processor makes, mails and collects. Each is the page of one payment, whose number it shares.

create table remote_invoice (
    business_id uuid not null references business (id),
    id uuid not null,
    payment_id uuid not null,       -- the try to take money that it is
    customer_id uuid not null,
    connection_id uuid not null,
    order_id uuid,                  -- what it asks for: an order or one of our invoices
    invoice_id uuid,
    currency text not null,
    amount bigint not null constraint remote_invoice_amount_positive check (amount > 0),
    send_to text not null,
    message text,
    due_on text not null,
    state text not null,            -- making, unknown, sent, closing, paid, canceled, failed
    renews boolean not null,        -- closing, to be made anew for what is due then
    replaces uuid,                  -- the one that asked for another amount
    remote_id text,                 -- the processor's own id
    number text,                    -- the processor's number
    url text,                       -- where its receiver pays
    actor text not null,
    created_at bigint not null,
    sent_at bigint,
    ended_at bigint,
    primary key (business_id, id)
);
create index remote_invoice_customer on remote_invoice (business_id, customer_id, id);
create index remote_invoice_remote on remote_invoice (business_id, connection_id, remote_id) where remote_id is not null;
