-- Which submission an Idempotency-Key stands for: kept as digests, until it expires. The one table that the API writes.

CREATE TABLE idempotency (
    agency      text        NOT NULL,
    key         bytea       NOT NULL,         -- SHA-256 of the key
    body        bytea       NOT NULL,         -- SHA-256 of the submission's bytes
    partition   integer,                      -- where the submission stands on its topic; null until that is known
    "offset"    bigint,
    claimed_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (agency, key)
);
CREATE INDEX idempotency_expires ON idempotency (expires_at);
