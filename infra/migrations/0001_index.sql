-- The index of the record: random access to what stands on Kafka. It can be dropped and is caught up from the log.

CREATE TABLE log (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic      text    NOT NULL,
    partition  integer NOT NULL,
    topic_id   text    NOT NULL,              -- KIP-516 id: a recreated topic is another log
    "offset"   bigint  NOT NULL DEFAULT -1,   -- the head: where the last effective entry stands
    pos        bigint  NOT NULL DEFAULT -1,
    entry_id   text    NOT NULL,
    reg        bigint  NOT NULL DEFAULT 0,
    at         text    NOT NULL DEFAULT '',
    src        bigint  NOT NULL DEFAULT -1,   -- last judged offset of the submissions partition
    desk       bigint  NOT NULL DEFAULT 0,    -- version of desk/<partition>: outcomes without an event
    UNIQUE (topic, partition)
);

CREATE TABLE entry (
    log      integer NOT NULL REFERENCES log,
    pos      bigint  NOT NULL,
    "offset" bigint  NOT NULL,
    stream   text    NOT NULL,
    n        bigint  NOT NULL,
    type     text    NOT NULL,
    src      bigint,
    body     bytea   NOT NULL,
    PRIMARY KEY (log, pos),
    UNIQUE (log, stream, n)
);
CREATE UNIQUE INDEX entry_src ON entry (log, src) WHERE src IS NOT NULL;

CREATE TABLE snapshot (
    originator_id      text   NOT NULL,
    originator_version bigint NOT NULL,
    topic              text   NOT NULL,
    state              bytea  NOT NULL,
    application        text   NOT NULL,
    PRIMARY KEY (application, originator_id, originator_version)
);

CREATE TABLE api_key (
    digest     bytea PRIMARY KEY,             -- SHA-256 of the key; the key itself stands nowhere
    agency     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
