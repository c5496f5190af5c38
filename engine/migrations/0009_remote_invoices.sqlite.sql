-- Invoices that a processor makes, mails and collects. Each is the page of one payment, whose number it shares.

create table remote_invoice (
    business_id blob not null references business (id),
    id blob not null,
    payment_id blob not null,       -- the try to take money that it is
    customer_id blob not null,
    connection_id blob not null,
    order_id blob,                  -- what it asks for: an order or one of our invoices
    invoice_id blob,
    currency text not null,
    amount integer not null constraint remote_invoice_amount_positive check (amount > 0),
    send_to text not null,
    message text,
    due_on text not null,
    state text not null,            -- making, unknown, sent, closing, paid, canceled, failed
    renews boolean not null,        -- closing, to be made anew for what is due then
    replaces blob,                  -- the one that asked for another amount
    remote_id text,                 -- the processor's own id
    number text,                    -- the processor's number
    url text,                       -- where its receiver pays
    actor text not null,
    created_at integer not null,
    sent_at integer,
    ended_at integer,
    primary key (business_id, id)
) without rowid;
create index remote_invoice_customer on remote_invoice (business_id, customer_id, id);
create index remote_invoice_remote on remote_invoice (business_id, connection_id, remote_id) where remote_id is not null;
