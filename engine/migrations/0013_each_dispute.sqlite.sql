-- Each dispute of a payment by itself: one that is decided otherwise later, and a second one, are told apart.
alter table payment add column disputes text;                       -- JSON: each, as it was told of last; none: none since this column is there
alter table payment add column lost integer not null default 0;     -- minor units that disputes took
update payment set lost = disputed_amount where dispute = 'lost' and disputed_amount is not null;
