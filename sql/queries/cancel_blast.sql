-- Drops everything that a blast still has queued, and what its senders hold when it comes back unsent. $1 blast, $2 counter
-- slot. Row 1 says how many were dropped; the others are the phones of messages that may be on their way, since the lease of
-- their sender still stands. Why it says INSERT: see status_apply.sql.
WITH open AS MATERIALIZED (
    SELECT id, state, phone_number, erased_at, variables FROM blast_outbox
    WHERE blast_id = $1::bigint AND state IN ('QUEUED', 'SENDING') ORDER BY id FOR UPDATE
), dropped AS (
    INSERT INTO blast_outbox AS o (blast_id, id, phone_number, erased_at, variables)
    SELECT $1::bigint, id, phone_number, erased_at, variables FROM open WHERE state = 'QUEUED'
    ON CONFLICT (blast_id, id)
    DO UPDATE SET state = 'DROPPED', ended_at = now(), not_before = NULL, last_error = 'cancelled'
    RETURNING o.id
), held AS (
    INSERT INTO blast_outbox AS o (blast_id, id, phone_number, erased_at, variables)
    SELECT $1::bigint, id, phone_number, erased_at, variables FROM open WHERE state = 'SENDING'
    ON CONFLICT (blast_id, id) DO UPDATE SET drop_reason = 'cancelled'
    RETURNING o.phone_number, o.lease_until
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'DROPPED', 'manual', 'cancelled' FROM dropped
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, queued => -count(*), dropped => count(*))
    FROM dropped HAVING count(*) > 0
)
SELECT count(*) AS dropped, NULL AS phone_number, (SELECT count(*) FROM counted) AS counted FROM dropped
UNION ALL
SELECT NULL, phone_number, NULL FROM held WHERE lease_until > now() AND phone_number IS NOT NULL
ORDER BY phone_number NULLS FIRST
