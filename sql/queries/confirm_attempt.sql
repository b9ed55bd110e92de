-- Records a message whose sender never learnt the outcome, on a receipt's word: UNCONFIRMED -> PENDING, with history and
-- counters. Nothing happens when the row is not UNCONFIRMED any more, its person was erased, or the message id is
-- recorded already.
-- $1 blast, $2 counter slot, $3 id, $4 message id, $5 message timestamp, $6 device or NULL, $7 the receipt as JSON.
-- Returns the id if it was recorded.
WITH gone AS (
    DELETE FROM blast_outbox o
    WHERE o.blast_id = $1::bigint AND o.id = $3::bigint AND o.state = 'UNCONFIRMED' AND o.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM blast_recipients r WHERE r.message_id = $4::text AND r.blast_id = $1::bigint)
    RETURNING o.id, o.phone_number, o.variables, o.variant, o.device, o.attempted_device, o.attempt_id
), recorded AS (
    INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, message_timestamp, accepted_at, device,
                                  attempt_id, variant, variables, wsapme_message_data)
    SELECT $1::bigint, id, phone_number, $4::text, $5::bigint, accepted_at(now(), $5::bigint),
           coalesce(attempted_device, device, $6::text, (SELECT devices[1] FROM blasts WHERE blasts.id = $1::bigint), ''),
           attempt_id, variant, variables, $7::jsonb
    FROM gone
    RETURNING id, accepted_at
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, message_id, detail)
    SELECT $1::bigint, id, 'PENDING', 'webhook', accepted_at, CASE WHEN accepted_at = now() THEN 'us' ELSE 'gateway' END,
           $4::text, 'a receipt confirmed what was unconfirmed'
    FROM recorded
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, unconfirmed => -1, pending => 1, last_sent_at => now()) FROM gone
)
SELECT gone.id FROM gone CROSS JOIN counted
