-- What electronic invoices must say of both sides, and the texts that a business wrote in place of ours.

-- Of the business (its own id) or of a customer: JSON of SellerDetails or BuyerDetails (store/e_invoicing.rs).
create table e_invoicing (
    business_id uuid not null references business (id),
    about text not null,           -- biz_ or cus_
    details text not null,
    updated_at bigint not null,
    primary key (business_id, about)
);

-- A paper's template (template/invoice) or a mail's words (mail/invoice).
create table own_text (
    business_id uuid not null references business (id),
    about text not null,
    subject text,                  -- of a mail; none: the usual one
    body text not null,
    actor text not null,
    updated_at bigint not null,
    primary key (business_id, about)
);
