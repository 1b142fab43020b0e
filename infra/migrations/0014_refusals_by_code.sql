-- How often the registrar has refused a submission, by code: numbers, of all agencies.

CREATE FUNCTION refusals_by_code(of_topic text) RETURNS TABLE (code text, submissions bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT substr(type, 17), count(*) FROM entry JOIN log ON log.id = log
WHERE topic = of_topic AND stream = 'desk/' || partition AND type LIKE 'outcome.refused.%'
GROUP BY type ORDER BY count(*) DESC, type
$$;

REVOKE ALL ON FUNCTION refusals_by_code(text) FROM PUBLIC;
