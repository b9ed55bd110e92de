-- Applies what the gateway said of messages of one blast, whoever heard it: statuses only move forward, ERROR marks what
-- is PENDING as undeliverable, an unknown word stands in the history once. A time of the gateway's is taken for the
-- change's when it lies between the sending and now and was not given for an earlier status already; else the change
-- happened now, by our clock.
-- $1 blast, $2 counter slot, $3 source (poll, webhook), $4 ids, each once, $5 message ids, $6 the gateway's words (NULL: it
-- does not know the message), $7 statuses they stand for or NULL, $8 messageC2STimestamps, $9 reasons.
-- The reason may quote the number: of an erased recipient it is not kept. Returns how many messages reached which status.
-- The rows that change are there and locked. They are written as an upsert since that looks each up by its key in any plan:
-- UPDATE ... FROM reads the whole blast where the planner takes it for a few rows.
WITH reported AS MATERIALIZED (
    SELECT * FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
             AS t (id, message_id, word, reached, c2s, reason)
    ORDER BY id
), known AS MATERIALIZED (
    SELECT t.word, t.reached, t.c2s,
           CASE WHEN t.reason IS NOT NULL AND r.erased_at IS NOT NULL THEN 'erased' ELSE t.reason END AS reason,
           r.*
    FROM reported t
    CROSS JOIN LATERAL (
        SELECT id, phone_number, erased_at, message_id, device, status AS was, delivered_at, read_timestamp, undeliverable_at,
               message_c2s_timestamp AS known_c2s,
               accepted_at
        FROM blast_recipients
        WHERE blast_id = $1::bigint AND id = t.id AND message_id = t.message_id
        FOR UPDATE) r
), judged AS MATERIALIZED (
    SELECT *, array_position(ladder, reached) > array_position(ladder, was) AS moves,
           word = 'ERROR' AND was = 'PENDING' AND undeliverable_at IS NULL AS fails,
           CASE WHEN c2s BETWEEN date_part('epoch', accepted_at) - 5 AND date_part('epoch', now()) + 300 AND c2s IS DISTINCT FROM known_c2s
                THEN least(to_timestamp(c2s), now()) END AS gateway_time
    FROM known, (VALUES (ARRAY['PENDING', 'DELIVERY_ACK', 'READ_ACK', 'REPLIED'])) AS l (ladder)
), changed AS (
    INSERT INTO blast_recipients AS r (blast_id, id, phone_number, erased_at, message_id, accepted_at, device, status,
                                       delivered_at, read_timestamp, message_c2s_timestamp, undeliverable_at, undeliverable_reason,
                                       last_checked_at)
    SELECT $1::bigint, id, phone_number, erased_at, message_id, accepted_at, device,
           CASE WHEN moves THEN reached ELSE was END,
           CASE WHEN reached = 'DELIVERY_ACK' THEN coalesce(delivered_at, gateway_time, CASE WHEN moves THEN now() END)
                ELSE delivered_at END,
           CASE WHEN reached = 'READ_ACK' THEN coalesce(read_timestamp, gateway_time, now()) ELSE read_timestamp END,
           CASE WHEN moves THEN coalesce(c2s, known_c2s) ELSE coalesce(known_c2s, c2s) END,
           CASE WHEN fails THEN coalesce(gateway_time, now()) END,
           CASE WHEN fails THEN coalesce(reason, 'the gateway gave no reason') END,
           CASE WHEN $3::text = 'poll' THEN now() END
    FROM judged
    WHERE $3::text = 'poll' OR moves OR fails
       OR (reached = 'DELIVERY_ACK' AND delivered_at IS NULL AND gateway_time IS NOT NULL)
       OR (reached = 'READ_ACK' AND read_timestamp IS NULL)
       OR (c2s IS NOT NULL AND known_c2s IS NULL)
    ON CONFLICT (blast_id, id) DO UPDATE
    SET status = excluded.status, delivered_at = excluded.delivered_at, read_timestamp = excluded.read_timestamp,
        message_c2s_timestamp = excluded.message_c2s_timestamp,
        undeliverable_at = coalesce(excluded.undeliverable_at, r.undeliverable_at),
        undeliverable_reason = coalesce(excluded.undeliverable_reason, r.undeliverable_reason),
        last_checked_at = coalesce(excluded.last_checked_at, r.last_checked_at)
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, message_id, detail)
    SELECT $1::bigint, j.id, CASE WHEN moves THEN reached ELSE word END, $3::text, coalesce(gateway_time, now()),
           CASE WHEN gateway_time IS NULL THEN 'us' ELSE 'gateway' END, message_id,
           CASE WHEN fails THEN reason END
    FROM judged j
    WHERE moves OR fails
       OR (word <> 'ERROR' AND reached IS NULL
           AND (SELECT count(*) FROM status_history h
                WHERE h.blast_id = $1::bigint AND h.recipient_id = j.id AND h.status = j.word) = 0)
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, pending => -count(*) FILTER (WHERE moves AND was = 'PENDING'),
                         delivery_ack => count(*) FILTER (WHERE moves AND reached = 'DELIVERY_ACK')
                                         - count(*) FILTER (WHERE moves AND was = 'DELIVERY_ACK'),
                         read_ack => count(*) FILTER (WHERE moves AND reached = 'READ_ACK'),
                         undeliverable => count(*) FILTER (WHERE fails)
                                          - count(*) FILTER (WHERE moves AND was = 'PENDING'
                                                                   AND undeliverable_at IS NOT NULL))
    FROM judged WHERE moves OR fails HAVING count(*) > 0
)
SELECT reached, count(*) FILTER (WHERE moves) AS messages
FROM judged CROSS JOIN counted
WHERE moves OR fails
GROUP BY reached
HAVING count(*) FILTER (WHERE moves) > 0
