-- What a mail is about in the eyes of whoever gets it: mails about one document stand together in a mailbox.
alter table mail add column thread text;                            -- TypeID; none: the mail stands by itself
update mail set thread = about where kind <> 'portal_entry';
