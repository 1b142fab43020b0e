-- What somebody has decided to leave out of a view, since it cannot be folded: honoured by projector and rebuild alike.

CREATE TABLE skipped (
    view       text    NOT NULL,
    partition  integer NOT NULL,
    pos        bigint  NOT NULL,
    stream     text    NOT NULL,
    reason     text    NOT NULL,              -- why, in the words of who decided
    said_by    text    NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, partition, pos)
);
