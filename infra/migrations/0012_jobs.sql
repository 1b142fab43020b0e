-- Answers that take a while: who asked what, how far it is, and the rows, for an hour. A job whose process died is gone
-- on with by another, behind `last_case`.

CREATE TABLE job (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agency     text   NOT NULL,
    caller     text   NOT NULL,                   -- who asked, JSON: it runs as that caller, and answers nobody else
    list       text   NOT NULL,
    at         text   NOT NULL,                   -- the point that was asked for
    filters    text   NOT NULL,                   -- JSON
    state      text   NOT NULL DEFAULT 'waiting', -- waiting, running, done, failed, cancelled
    code       text   NOT NULL DEFAULT '',
    done       bigint NOT NULL DEFAULT 0,         -- cases folded
    total      bigint NOT NULL DEFAULT 0,         -- cases to fold
    rows       bigint NOT NULL DEFAULT 0,
    last_case  text   NOT NULL DEFAULT '',
    worker     text   NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    beat_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);
CREATE UNIQUE INDEX job_asked ON job (caller, list, at, filters) WHERE state IN ('waiting', 'running', 'done');

CREATE TABLE job_row (
    job      uuid   NOT NULL REFERENCES job ON DELETE CASCADE,
    n        bigint NOT NULL,
    case_id  text   NOT NULL,
    document text   NOT NULL,
    PRIMARY KEY (job, n)
);
