-- Templates of a business's own, and papers that went along with mails.

-- In place of the built-in template of one kind of paper. failed_at: since when the built-in one had to stand in for it.
create table paper_template (
    business_id uuid not null references business (id),
    paper text collate "C" not null,           -- a word of PaperKind
    source text not null,
    sha256 text not null,          -- of source, in hex
    saved_by text not null,
    saved_at bigint not null,
    failed_at bigint,
    failed_why text,
    primary key (business_id, paper),
    check ((failed_at is null) = (failed_why is null))
);

-- What went along with a mail, byte for byte, so that every try sends the same and staff can look at it.
create table mail_attachment (
    business_id uuid not null references business (id),
    mail_id uuid not null,
    name text collate "C" not null,
    bytes bytea not null,
    sha256 text not null,          -- of bytes, in hex
    primary key (business_id, mail_id, name)
);
