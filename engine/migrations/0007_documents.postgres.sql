-- What electronic invoices must say of both sides, beyond what papers print.

-- Of the business (its own id) or of a customer: JSON of SellerDetails or BuyerDetails (store/e_invoicing.rs).
create table e_invoicing (
    business_id uuid not null references business (id),
    about text not null,           -- biz_ or cus_
    details text not null,
    updated_at bigint not null,
    primary key (business_id, about)
);
