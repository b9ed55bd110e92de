-- How many of blast $1 are in which state, a row for each variant and state. Counted: there are no counters by variant.
SELECT variant, status AS state, count(*) AS recipients,
       count(*) FILTER (WHERE undeliverable_at IS NOT NULL AND status = 'PENDING') AS undeliverable,
       count(purchased_at) AS closed
FROM blast_recipients WHERE blast_id = $1::bigint GROUP BY variant, status
UNION ALL
SELECT variant, state, count(*), 0, 0
FROM blast_outbox WHERE blast_id = $1 GROUP BY variant, state
ORDER BY variant, state;
