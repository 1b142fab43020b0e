-- What the projector keeps beside the views' own tables, and what each process says of itself.

CREATE TABLE view (
    name       text PRIMARY KEY,              -- the SQL view that readers use has this name
    table_name text NOT NULL,                 -- the table behind it: <name>_<hash of the row model>_<generation>
    built_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE view_head (                      -- how far a table has been folded, per ledger partition
    table_name text    NOT NULL,
    partition  integer NOT NULL,
    topic_id   text    NOT NULL,
    "offset"   bigint  NOT NULL,
    pos        bigint  NOT NULL,
    entry_id   text    NOT NULL,
    reg        bigint  NOT NULL,
    at         text    NOT NULL,
    PRIMARY KEY (table_name, partition)
);

CREATE TABLE parked (                         -- entries that a view could not fold, and the later ones of their case
    table_name text    NOT NULL,
    stream     text    NOT NULL,
    partition  integer NOT NULL,
    pos        bigint  NOT NULL,
    reason     text    NOT NULL,
    PRIMARY KEY (table_name, stream, pos)
);

CREATE SEQUENCE view_generation;

CREATE TABLE process (
    name    text PRIMARY KEY,                 -- registrar-1, projector-1, …
    role    text NOT NULL,
    state   text NOT NULL,                    -- ready, waiting, stopped
    code    text NOT NULL DEFAULT '',
    message text NOT NULL DEFAULT '',
    seen_at timestamptz NOT NULL DEFAULT now()
);
