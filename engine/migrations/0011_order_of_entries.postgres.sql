-- The latest entry of an account: nodes whose clocks differ still give the next one an id behind it.
alter table customer_balance add column last_entry_id uuid;
update customer_balance set last_entry_id = (select e.id from entry e
    where e.business_id = customer_balance.business_id and e.customer_id = customer_balance.customer_id
        and e.currency = customer_balance.currency
    order by e.id desc limit 1);
