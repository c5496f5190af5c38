-- Cash over the counter: what was handed over, so that a receipt can be printed again with its change.

-- Minor units of the payment's currency, at least its amount; null: not cash, or not counted.
alter table payment add column tendered integer constraint payment_tendered_enough check (tendered is null or tendered >= amount);

-- The first page names charges by the customer's own switch that were declined.
create index payment_itself_failed on payment (business_id, id) where by_itself and state = 'failed';
