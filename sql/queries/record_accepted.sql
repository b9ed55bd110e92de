-- Records messages that the gateway has accepted: rows move from blast_outbox to blast_recipients, with history and
-- counters, fenced by the attempt id. An attempt whose row was swept as UNCONFIRMED, queued again but not claimed, or
-- DROPPED since (resolved by hand, cancelled, opted out), is still its holder's. A message id that another recipient of the
-- blast has already sinks nothing: that row goes back to the outbox as UNCONFIRMED, as does one whose answer bears the number
-- of another recipient of the blast: it may well be that one's.
-- $1 blast, $2 ids, $3 attempt ids, $4 message ids, $5 message timestamps, $6 data as JSON, $7 E.164 of a rewritten number
-- or NULL, $8 devices, $9 counter slot, $10 lowest id, $11 highest id. Returns how many were recorded, and which, a row for
-- each, only where some were not.
WITH answered AS MATERIALIZED (
    SELECT * FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[])
           AS u (id, attempt_id, message_id, message_timestamp, data, jid_phone, device)
), gone AS (
    DELETE FROM blast_outbox o USING answered a
    WHERE o.blast_id = $1::bigint AND o.id BETWEEN $10::bigint AND $11::bigint
      AND o.id = a.id AND o.attempt_id = a.attempt_id AND o.state <> 'FAILED'
    RETURNING o.id, o.phone_number, o.variables, o.variant, o.state, o.attempts, o.attempted_at, a.attempt_id,
              a.message_id, a.message_timestamp, a.data, a.jid_phone, a.device,
              -- Not EXISTS, which may be answered by a hash of the whole table.
              a.jid_phone IS NOT NULL
                  AND coalesce((SELECT true FROM blast_outbox t
                                WHERE t.phone_number = a.jid_phone AND t.blast_id = $1::bigint),
                               (SELECT true FROM blast_recipients t
                                WHERE t.phone_number = a.jid_phone AND t.blast_id = $1::bigint), false) AS is_anothers
), recorded AS (
    INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, message_timestamp, accepted_at, device,
                                  attempt_id, jid_phone, variant, variables, wsapme_message_data)
    SELECT $1::bigint, id, phone_number, message_id, coalesce(message_timestamp, extract(epoch FROM now())::bigint),
           accepted_at(now(), message_timestamp), device, attempt_id, jid_phone, variant, variables, data::jsonb
    FROM gone
    WHERE NOT is_anothers
    ON CONFLICT (message_id, blast_id) DO NOTHING
    RETURNING id, message_id, accepted_at
), totals AS MATERIALIZED (
    SELECT (SELECT count(*) FROM recorded) AS recorded, count(*) AS gone,
           count(*) FILTER (WHERE state = 'SENDING') AS sending,
           count(*) FILTER (WHERE state = 'UNCONFIRMED') AS unconfirmed,
           count(*) FILTER (WHERE state = 'QUEUED') AS queued,
           count(*) FILTER (WHERE state = 'DROPPED') AS dropped
    FROM gone
), put_back AS (
    INSERT INTO blast_outbox (blast_id, id, phone_number, variables, variant, device, state, attempt_id, attempts,
                              attempted_at, ended_at, last_error)
    SELECT $1::bigint, id, phone_number, variables, variant, device, 'UNCONFIRMED', attempt_id, attempts, attempted_at,
           now(), CASE WHEN is_anothers THEN 'the gateway''s answer bears the number of another recipient'
                       ELSE 'the gateway gave it the message id of another recipient' END
    FROM gone
    WHERE (SELECT recorded < gone FROM totals) AND id <> ALL (ARRAY(SELECT id FROM recorded))
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, message_id, occurred_at, timed_by)
    SELECT $1::bigint, id, 'PENDING', 'send', message_id, accepted_at, CASE WHEN accepted_at = now() THEN 'us' ELSE 'gateway' END
    FROM recorded
), history_of_doubt AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, message_id, detail)
    SELECT $1::bigint, id, 'UNCONFIRMED', 'send', message_id,
           CASE WHEN is_anothers THEN 'the gateway''s answer bears the number of another recipient'
                ELSE 'the gateway gave it the message id of another recipient' END
    FROM gone
    WHERE (SELECT recorded < gone FROM totals) AND id <> ALL (ARRAY(SELECT id FROM recorded))
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $9::smallint, sending => -sending, unconfirmed => gone - recorded - unconfirmed,
                         queued => -queued, dropped => -dropped, pending => recorded, last_sent_at => now())
    FROM totals WHERE gone > 0
)
SELECT totals.recorded, recorded.id
FROM totals LEFT JOIN counted ON true LEFT JOIN recorded ON totals.recorded < cardinality($2::bigint[])
