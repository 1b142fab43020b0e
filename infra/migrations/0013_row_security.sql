-- What row-level security needs before there is any view, and what the API asks of tables that it may not read.

-- What a caller is to each case of its agency. The projector replaces it when it shows the view `access`; until then
-- nobody is anything to any case.
CREATE VIEW access_of_caller AS
SELECT ''::text AS agency, ''::text AS case_id, false AS open, ''::text AS restricted, false AS recused, false AS held,
    false AS acted
WHERE false;

-- Who published what an entry is about; null where it names nobody.
CREATE FUNCTION publisher_of(body bytea) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT CASE WHEN said->>'jws' IS NULL
    THEN (SELECT value->>'publisher' FROM json_each(said->'outcome') LIMIT 1)
    ELSE convert_from(decode(payload || repeat('=', (4 - length(payload) % 4) % 4), 'base64'), 'UTF8')::json->>'source'
END
FROM (SELECT convert_from(body, 'UTF8')::json AS said) AS entry,
    LATERAL (SELECT translate(split_part(said->>'jws', '.', 2), '-_', '+/') AS payload) AS signed
$$;

-- The first entry at or behind the offset: the outcome itself, or the `intake` entry that says that it was lost. The
-- body of what another agency published is kept back.
CREATE FUNCTION outcome_of(of_topic text, of_partition integer, of_offset bigint)
RETURNS TABLE (judged bigint, pos bigint, src bigint, body bytea, others boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT log.src, e.pos, e.src, CASE WHEN p.others THEN NULL ELSE e.body END, coalesce(p.others, false)
FROM log LEFT JOIN LATERAL (
    SELECT entry.pos, entry.src, entry.body FROM entry WHERE entry.log = log.id AND entry.src >= of_offset
    ORDER BY entry.src LIMIT 1
) AS e ON true
LEFT JOIN LATERAL (
    SELECT publisher_of(e.body) IS NOT NULL
        AND publisher_of(e.body) IS DISTINCT FROM nullif(current_setting('tamga.agency', true), '') AS others
) AS p ON true
WHERE log.topic = of_topic AND log.partition = of_partition
$$;

-- The registrar's clock at an entry, and nothing else of it; null where there is none.
CREATE FUNCTION judged_at(of_log integer, of_pos bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT convert_from(body, 'UTF8')::json #>> '{ledger,at}' FROM entry WHERE log = of_log AND pos = of_pos
$$;

-- How much of what has fallen due the clock has not said yet: a number, of all agencies.
CREATE FUNCTION clock_due(at text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT count(*) FROM duties WHERE next_at > '' AND next_at <= at)
        + (SELECT count(*) FROM refusals WHERE next_at > '' AND next_at <= at);
END $$;

REVOKE ALL ON FUNCTION publisher_of(bytea), outcome_of(text, integer, bigint), judged_at(integer, bigint),
    clock_due(text) FROM PUBLIC;
