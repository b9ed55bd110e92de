-- Queued recipients who have opted out meanwhile. $1 blast, $2 counter slot.
WITH out AS MATERIALIZED (
    SELECT o.id FROM blast_outbox o
    WHERE o.blast_id = $1::bigint AND o.state = 'QUEUED'
      AND (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) > 0
    ORDER BY o.id FOR UPDATE OF o SKIP LOCKED
), dropped AS (
    UPDATE blast_outbox o SET state = 'DROPPED', ended_at = now(), last_error = 'opted out'
    WHERE o.blast_id = $1::bigint AND o.id = ANY (ARRAY(SELECT id FROM out))
    RETURNING o.id
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'DROPPED', 'send', 'opted out' FROM dropped
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, queued => -count(*), dropped => count(*))
    FROM dropped HAVING count(*) > 0
)
SELECT count(*) AS dropped, (SELECT count(*) FROM counted) AS counted FROM dropped
