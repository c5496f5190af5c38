-- Invoices, their lines, credit notes, and the papers that were handed out.
--
-- Which charges a live invoice covers stands beside each entry (entry_open.invoice_id): one column, so that a charge is on one
-- live invoice at most. What is due on an invoice is kept nowhere: it is what is open of those charges.

create table invoice (
    business_id blob not null references business (id),
    id blob not null,
    number text,                   -- none while it is a draft
    customer_id blob not null,
    currency text not null,
    standing text not null,        -- draft, issued, void, uncollectible: what a person decided
    order_id blob,                 -- the order or application that it bills, if it bills one
    description text,
    due_on text,
    terms text,
    notes text,
    total integer not null,        -- as issued, minor units; 0 while it is a draft
    already_paid integer not null, -- stood against its charges before the issue
    applied integer not null,      -- free credit that the issue took
    due_at_issue integer not null,
    issued_on text,
    issued_at integer,
    issued_by blob,                 -- the event that issued it: what came later stands on the sheet behind it
    frozen text,                   -- JSON: names, addresses and texts as they were at issue
    voided_on text,
    reason text,                   -- why it was voided or given up
    sent_at integer,               -- when it was last mailed
    actor text not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index invoice_number on invoice (business_id, number);
create index invoice_customer on invoice (business_id, customer_id, id);
create index invoice_order on invoice (business_id, order_id, id) where order_id is not null;

-- The lines of an invoice: its own, or at issue a copy of those it bills.
create table invoice_line (
    business_id blob not null references business (id),
    id blob not null,
    invoice_id blob not null,
    position integer not null,
    kind text not null,
    description text not null,
    quantity text not null,        -- decimal text, up to four places
    unit text,
    unit_amount integer not null,  -- minor units; negative for a discount only
    tax_rate text,                 -- percent as text; none: no tax
    tax_included boolean not null,
    net integer not null,
    tax integer not null,
    gross integer not null,
    credited integer not null,     -- of gross, credited by name; of a copied line its order's line says it
    credited_tax integer not null,
    order_line_id blob,            -- the line it is a copy of
    entry_id blob,                 -- the charge that carries it; none while the invoice is a draft
    primary key (business_id, id)
) without rowid;
create index invoice_line_invoice on invoice_line (business_id, invoice_id, position);

create table credit_note (
    business_id blob not null references business (id),
    id blob not null,
    number text not null,
    customer_id blob not null,
    invoice_id blob not null,
    currency text not null,
    amount integer not null constraint credit_note_amount_positive check (amount > 0),
    net integer not null,
    tax integer not null,
    by_line boolean not null,      -- lines were named; else an amount was credited
    reason text not null,
    note text,
    dated_on text not null,
    due_before integer not null,   -- what was due on the invoice before it
    due_after integer not null,    -- and after it
    to_balance integer not null,   -- where the money went that it set free
    to_card integer not null,
    to_outside integer not null,
    amendment_id blob,             -- the amendment that made it, if one did
    frozen text not null,          -- JSON: names and addresses as they were then
    actor text not null,
    created_at integer not null,
    primary key (business_id, id)
) without rowid;
create unique index credit_note_number on credit_note (business_id, number);
create index credit_note_invoice on credit_note (business_id, invoice_id, id);
create index credit_note_customer on credit_note (business_id, customer_id, id);

create table credit_note_line (
    business_id blob not null references business (id),
    credit_note_id blob not null,
    position integer not null,
    invoice_line_id blob,          -- the line that was credited by name; none: an amount was
    description text not null,
    tax_rate text,
    net integer not null,
    tax integer not null,
    gross integer not null,
    primary key (business_id, credit_note_id, position)
) without rowid;

-- The first print of a paper that must not change: the same bytes for ever.
create table kept_paper (
    business_id blob not null references business (id),
    about text not null,           -- TypeID
    locale text not null,
    bytes blob not null,
    made_at integer not null,
    primary key (business_id, about, locale)
) without rowid;

create index entry_invoice on entry (business_id, invoice_id) where invoice_id is not null;
create index entry_credit_note on entry (business_id, credit_note_id) where credit_note_id is not null;
create index entry_open_invoice on entry_open (business_id, invoice_id) where invoice_id is not null;
create index entry_open_unpaid on entry_open (business_id, invoice_id) where invoice_id is not null and allocated < amount;
create index payment_invoice on payment (business_id, invoice_id, id) where invoice_id is not null;
create index request_invoice on request (business_id, invoice_id, id) where invoice_id is not null;
create index link_invoice on link (business_id, invoice_id, id) where invoice_id is not null;
