-- Since when a view's head stands where it stands, and since when an entry is parked: lag as time, and what a rebuild
-- that was interrupted has finished.

ALTER TABLE view_head ADD COLUMN moved_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE parked ADD COLUMN parked_at timestamptz NOT NULL DEFAULT now();

-- The stream that a refused submission named: with it the index finds all that was said of a case. An index that was
-- written before is filled here, once.

ALTER TABLE entry ADD COLUMN about text;
UPDATE entry SET about = convert_from(body, 'UTF8')::json #>> '{outcome,refused,stream}'
WHERE type LIKE 'outcome.refused.%' AND convert_from(body, 'UTF8')::json #>> '{outcome,refused,publisher}' IS NOT NULL;
CREATE INDEX entry_about ON entry (log, about) WHERE about IS NOT NULL;
