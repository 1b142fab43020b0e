-- Webhooks: who is sent its feed over HTTP, how far each has come, and what nobody took.

CREATE TABLE webhook (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     text   NOT NULL,
    url        text   NOT NULL,
    wants      text[] NOT NULL,               -- kinds and short type names; none: everything
    state      text   NOT NULL DEFAULT 'active',    -- active, paused, ended
    reason     text   NOT NULL DEFAULT '',    -- why it ended
    holder     text   NOT NULL DEFAULT '',    -- the process that sends, until held_until
    held_until timestamptz NOT NULL DEFAULT '-infinity',
    made_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE webhook_secret (                 -- a secret is derived from its id and the key file; it stands nowhere
    id      uuid PRIMARY KEY,
    webhook integer NOT NULL REFERENCES webhook ON DELETE CASCADE,
    made_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL DEFAULT 'infinity'
);

CREATE TABLE webhook_position (               -- the last message that was taken, given up or not wanted
    webhook   integer NOT NULL REFERENCES webhook ON DELETE CASCADE,
    partition integer NOT NULL,
    pos       bigint  NOT NULL,
    n         bigint  NOT NULL,
    tries     integer NOT NULL DEFAULT 0,     -- of the message behind it
    next_at   timestamptz NOT NULL DEFAULT '-infinity',
    failing_since timestamptz,
    error     text    NOT NULL DEFAULT '',
    PRIMARY KEY (webhook, partition)
);

CREATE TABLE webhook_dead (                   -- dead letters; what they say is read from the views when it is sent again
    webhook     integer NOT NULL REFERENCES webhook ON DELETE CASCADE,
    partition   integer NOT NULL,
    pos         bigint  NOT NULL,
    n           bigint  NOT NULL,
    tries       integer NOT NULL,
    error       text    NOT NULL,
    given_up_at timestamptz NOT NULL DEFAULT now(),
    again       boolean NOT NULL DEFAULT false,    -- somebody has asked that it be sent once more
    PRIMARY KEY (webhook, partition, pos, n)
);
