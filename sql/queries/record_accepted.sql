-- Records messages that the gateway has accepted: rows move from blast_outbox to blast_recipients, with history and
-- counters, fenced by the attempt id. An attempt whose row was swept as UNCONFIRMED, or queued again but not claimed, is
-- still its holder's. $1 blast, $2 ids, $3 attempt ids, $4 message ids, $5 message timestamps, $6 data as JSON,
-- $7 E.164 of a rewritten number or NULL, $8 devices, $9 counter slot. Returns the ids that were recorded.
WITH answered AS MATERIALIZED (
    SELECT a.* FROM (
        SELECT DISTINCT ON (message_id) *
        FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[])
             AS u (id, attempt_id, message_id, message_timestamp, data, jid_phone, device)
        ORDER BY message_id, id) a
    WHERE NOT EXISTS (SELECT 1 FROM blast_recipients r
                      WHERE r.message_id = a.message_id AND r.blast_id = $1::bigint)
), gone AS (
    DELETE FROM blast_outbox o USING answered a
    WHERE o.blast_id = $1::bigint AND o.id = ANY ($2::bigint[]) AND o.id = a.id AND o.attempt_id = a.attempt_id
      AND o.state IN ('SENDING', 'UNCONFIRMED', 'QUEUED')
    RETURNING o.id, o.phone_number, o.variables, o.variant, o.state, a.attempt_id, a.message_id, a.message_timestamp,
              a.data, a.jid_phone, a.device
), recorded AS (
    INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, message_timestamp, device, attempt_id,
                                  jid_phone, variant, variables, wsapme_message_data)
    SELECT $1::bigint, id, phone_number, message_id, coalesce(message_timestamp, extract(epoch FROM now())::bigint),
           device, attempt_id, jid_phone, variant, variables, data::jsonb
    FROM gone
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, message_id, occurred_at, timed_by)
    SELECT $1::bigint, id, 'PENDING', 'send', message_id, coalesce(to_timestamp(message_timestamp), now()),
           CASE WHEN message_timestamp IS NULL THEN 'us' ELSE 'gateway' END
    FROM gone
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, sending, unconfirmed, queued, pending, last_sent_at)
    SELECT $1::bigint, $9::smallint, -count(*) FILTER (WHERE state = 'SENDING'),
           -count(*) FILTER (WHERE state = 'UNCONFIRMED'), -count(*) FILTER (WHERE state = 'QUEUED'), count(*), now()
    FROM gone HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE
    SET sending = c.sending + excluded.sending, unconfirmed = c.unconfirmed + excluded.unconfirmed,
        queued = c.queued + excluded.queued, pending = c.pending + excluded.pending,
        last_sent_at = excluded.last_sent_at
)
SELECT id FROM gone
