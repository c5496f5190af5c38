-- What stays at a processor when it pays out, and why its listing of payouts cannot be read.
-- The journal of a payout leaves in clearing what stays: known - kept goes out of it.
alter table payout add column kept bigint not null default 0;      -- signed: the change of the balance that stays there
alter table connection add column payouts_trouble text;            -- what it said instead of its listing; none: it was read
alter table connection add column payouts_trouble_at bigint;        -- since when
