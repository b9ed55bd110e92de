-- Queued recipients that must not be written to any more: QUEUED -> DROPPED. $1 blast, $2 counter slot, $3 ids, $4 source
-- (webhook, manual), $5 reason. Returns how many. Why it says INSERT: see status_apply.sql.
WITH queued AS MATERIALIZED (
    SELECT o.*
    FROM (SELECT id FROM unnest($3::bigint[]) AS w (id) ORDER BY id) wanted
    CROSS JOIN LATERAL (SELECT id, phone_number, erased_at, variables FROM blast_outbox
                        WHERE blast_id = $1::bigint AND id = wanted.id AND state = 'QUEUED' FOR UPDATE) o
), dropped AS (
    INSERT INTO blast_outbox AS o (blast_id, id, phone_number, erased_at, variables)
    SELECT $1::bigint, id, phone_number, erased_at, variables FROM queued
    ON CONFLICT (blast_id, id) DO UPDATE SET state = 'DROPPED', ended_at = now(), last_error = $5::text
    RETURNING o.id
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'DROPPED', $4::text, $5::text FROM dropped
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, queued => -count(*), dropped => count(*))
    FROM dropped HAVING count(*) > 0
)
SELECT count(*) AS dropped, (SELECT count(*) FROM counted) AS counted FROM dropped
