-- Connections to real processors: their secrets, sealed, and whether their messages arrive.

alter table connection add column secrets text;         -- sealed JSON {name: secret}
alter table connection add column replaced text;        -- sealed JSON [{name, secret, until}]: taken for a while longer
alter table connection add column hints text;           -- JSON {name: last four letters} of the secrets
alter table connection add column hook_refused_at bigint;   -- when a message last came whose signature did not fit
