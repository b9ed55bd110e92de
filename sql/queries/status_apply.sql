-- Applies what the gateway said of messages of one blast, whoever heard it: statuses only move forward, ERROR marks what
-- is PENDING as undeliverable, an unknown word stands in the history once. A time of the gateway's is taken for the
-- change's when it lies between the sending and now and was not given for an earlier status already; else the change
-- happened now, by our clock.
-- $1 blast, $2 counter slot, $3 source (poll, webhook), $4 ids, each once, $5 message ids, $6 the gateway's words (NULL: it
-- does not know the message), $7 statuses they stand for or NULL, $8 messageC2STimestamps, $9 reasons.
-- The reason may quote the number: of a forgotten recipient it is not kept. Returns how many messages reached which status.
WITH reported AS MATERIALIZED (
    SELECT * FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
             AS t (id, message_id, word, reached, c2s, reason)
), known AS MATERIALIZED (
    SELECT t.id, t.message_id, t.word, t.reached, t.c2s,
           CASE WHEN t.reason IS NOT NULL AND r.phone_number LIKE 'forgotten:%' THEN 'erased' ELSE t.reason END AS reason,
           r.status AS was, r.undeliverable_at, r.message_c2s_timestamp AS known_c2s,
           least(date_part('epoch', r.sent_at),
                 CASE WHEN r.message_timestamp > date_part('epoch', r.sent_at) - 2592000
                      THEN r.message_timestamp END) AS sent
    FROM reported t JOIN blast_recipients r ON r.id = t.id AND r.message_id = t.message_id
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($4::bigint[])
    ORDER BY r.id
    FOR UPDATE OF r
), judged AS MATERIALIZED (
    SELECT *, array_position(ladder, reached) > array_position(ladder, was) AS moves,
           word = 'ERROR' AND was = 'PENDING' AND undeliverable_at IS NULL AS fails,
           CASE WHEN c2s BETWEEN sent - 5 AND date_part('epoch', now()) + 300 AND c2s IS DISTINCT FROM known_c2s
                THEN least(to_timestamp(c2s), now()) END AS gateway_time
    FROM known, (VALUES (ARRAY['PENDING', 'DELIVERY_ACK', 'READ_ACK', 'REPLIED'])) AS l (ladder)
), changed AS (
    UPDATE blast_recipients r
    SET status = CASE WHEN moves THEN reached ELSE r.status END,
        delivered_at = CASE WHEN reached = 'DELIVERY_ACK'
                            THEN coalesce(r.delivered_at, gateway_time, CASE WHEN moves THEN now() END)
                            ELSE r.delivered_at END,
        read_timestamp = CASE WHEN reached = 'READ_ACK' THEN coalesce(r.read_timestamp, gateway_time, now())
                              ELSE r.read_timestamp END,
        message_c2s_timestamp = CASE WHEN moves THEN coalesce(c2s, r.message_c2s_timestamp)
                                     ELSE coalesce(r.message_c2s_timestamp, c2s) END,
        undeliverable_at = CASE WHEN fails THEN coalesce(gateway_time, now()) ELSE r.undeliverable_at END,
        undeliverable_reason = CASE WHEN fails THEN coalesce(reason, 'the gateway gave no reason')
                                    ELSE r.undeliverable_reason END,
        last_checked_at = CASE WHEN $3::text = 'poll' THEN now() ELSE r.last_checked_at END
    FROM judged j
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($4::bigint[]) AND r.id = j.id
      AND ($3::text = 'poll' OR moves OR fails
           OR (reached = 'DELIVERY_ACK' AND r.delivered_at IS NULL AND gateway_time IS NOT NULL)
           OR (reached = 'READ_ACK' AND r.read_timestamp IS NULL)
           OR (c2s IS NOT NULL AND r.message_c2s_timestamp IS NULL))
    RETURNING r.id, r.status, j.moves, j.fails, j.was, j.undeliverable_at IS NOT NULL AS had_failed
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, message_id, detail)
    SELECT $1::bigint, j.id, CASE WHEN moves THEN reached ELSE word END, $3::text, coalesce(gateway_time, now()),
           CASE WHEN gateway_time IS NULL THEN 'us' ELSE 'gateway' END, message_id,
           CASE WHEN fails THEN reason END
    FROM judged j
    WHERE moves OR fails
       OR (word <> 'ERROR' AND reached IS NULL
           AND NOT EXISTS (SELECT 1 FROM status_history h
                           WHERE h.blast_id = $1::bigint AND h.recipient_id = j.id AND h.status = j.word))
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, pending, delivery_ack, read_ack, undeliverable)
    SELECT $1::bigint, $2::smallint, -count(*) FILTER (WHERE moves AND was = 'PENDING'),
           count(*) FILTER (WHERE moves AND status = 'DELIVERY_ACK')
           - count(*) FILTER (WHERE moves AND was = 'DELIVERY_ACK'),
           count(*) FILTER (WHERE moves AND status = 'READ_ACK'),
           count(*) FILTER (WHERE fails) - count(*) FILTER (WHERE moves AND was = 'PENDING' AND had_failed)
    FROM changed WHERE moves OR fails HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE
    SET pending = c.pending + excluded.pending, delivery_ack = c.delivery_ack + excluded.delivery_ack,
        read_ack = c.read_ack + excluded.read_ack, undeliverable = c.undeliverable + excluded.undeliverable
)
SELECT status, count(*) FROM changed WHERE moves GROUP BY status
