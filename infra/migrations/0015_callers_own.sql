-- What the API keeps for a caller is that caller's alone: jobs and their rows, keys of submissions, and who holds an API
-- key. The settings of a transaction say who asks (`infra.api.database`).

-- A job is of whoever asks under the settings under which it was begun. Jobs live an hour: those before are asked again.
DELETE FROM job;
DROP INDEX job_asked;
ALTER TABLE job DROP COLUMN caller, ADD COLUMN unit text NOT NULL, ADD COLUMN role text NOT NULL,
    ADD COLUMN officer text NOT NULL;
CREATE UNIQUE INDEX job_asked ON job (agency, unit, role, officer, list, at, filters)
    WHERE state IN ('waiting', 'running', 'done');
CREATE INDEX job_expires ON job (expires_at);

ALTER TABLE job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON job USING (
    agency > '' AND agency = (SELECT current_setting('tamga.agency', true))
    AND unit = (SELECT current_setting('tamga.unit', true)) AND role = (SELECT current_setting('tamga.role', true))
    AND officer = (SELECT current_setting('tamga.officer', true))
);

-- The question goes by the policy of `job`: a row is of whom its job is.
ALTER TABLE job_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON job_row USING (EXISTS (SELECT FROM job WHERE job.id = job_row.job));

-- A submission is its agency's, and so is its key: whoever of the agency sends it again has the same answer.
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON idempotency USING (agency > '' AND agency = (SELECT current_setting('tamga.agency', true)));

-- Nobody but the owner reads keys: who has one may ask whose it is.
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION agency_of_key(of_digest bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT agency FROM api_key WHERE digest = of_digest AND revoked_at IS NULL
$$;

-- How many jobs of the caller's agency wait or run, whoever of it began them.
CREATE FUNCTION open_jobs() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT count(*) FROM job WHERE agency = current_setting('tamga.agency', true) AND state IN ('waiting', 'running')
$$;

-- The job that waits longest, or whose process was not heard of for 15 seconds, and as whom it is done. Under a caller's
-- settings there is none: jobs are handed out to a process, not to anybody who asks.
CREATE FUNCTION claim_job(by_worker text)
RETURNS TABLE (id text, agency text, unit text, role text, officer text, list text, at text, filters text, done bigint,
    last_case text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
UPDATE job SET state = 'running', worker = by_worker, beat_at = now() WHERE job.id = (
    SELECT waits.id FROM job AS waits WHERE waits.expires_at > now()
      AND (waits.state = 'waiting' OR (waits.state = 'running' AND waits.beat_at < now() - interval '15 seconds'))
      AND coalesce(current_setting('tamga.agency', true), '') = ''
    ORDER BY waits.created_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING job.id::text, job.agency, job.unit, job.role, job.officer, job.list, job.at, job.filters, job.done,
    job.last_case
$$;

-- Forget what has expired, of all callers, and say nothing of it.
CREATE FUNCTION forget_expired() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DELETE FROM job WHERE expires_at <= now();
DELETE FROM idempotency WHERE expires_at <= now();
$$;

REVOKE ALL ON FUNCTION agency_of_key(bytea), open_jobs(), claim_job(text), forget_expired() FROM PUBLIC;

-- Refusals by code are counted of refusals alone, from an index that holds nothing else.
CREATE INDEX entry_refused ON entry (log, type) WHERE type LIKE 'outcome.refused.%';
CREATE OR REPLACE FUNCTION refusals_by_code(of_topic text) RETURNS TABLE (code text, submissions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT substr(type, 17), count(*) FROM entry
WHERE log IN (SELECT id FROM log WHERE topic = of_topic) AND type LIKE 'outcome.refused.%'
GROUP BY type ORDER BY count(*) DESC, type
$$;
