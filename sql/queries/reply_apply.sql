-- Credits replies to messages of one blast: REPLIED, with the time and text of the earliest. Who replied has read the
-- message, but read_timestamp stays that of a receipt. $1 blast, $2 counter slot, $3 ids, each once, $4 when, as epoch
-- seconds, $5 texts, $6 whose clock that is (gateway, us). Returns the ids that became REPLIED. Why it
-- says INSERT: see status_apply.sql.
WITH reply AS MATERIALIZED (
    SELECT id, to_timestamp(at) AS at, text, timed_by
    FROM unnest($3::bigint[], $4::float8[], $5::text[], $6::text[]) AS t (id, at, text, timed_by)
    ORDER BY id
), known AS MATERIALIZED (
    SELECT t.at, t.text, t.timed_by, r.*
    FROM reply t
    CROSS JOIN LATERAL (SELECT id, phone_number, erased_at, message_id, accepted_at, device, status AS was,
                               undeliverable_at IS NOT NULL AS had_failed
                        FROM blast_recipients
                        WHERE blast_id = $1::bigint AND id = t.id AND (replied_at IS NULL OR t.at < replied_at)
                        FOR UPDATE) r
), changed AS (
    INSERT INTO blast_recipients (blast_id, id, phone_number, erased_at, message_id, accepted_at, device, replied_at, reply_text)
    SELECT $1::bigint, id, phone_number, erased_at, message_id, accepted_at, device, at, text FROM known
    ON CONFLICT (blast_id, id) DO UPDATE
    SET status = 'REPLIED', replied_at = excluded.replied_at, reply_text = excluded.reply_text
), replied AS (
    SELECT * FROM known WHERE was <> 'REPLIED'
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, message_id)
    SELECT $1::bigint, id, 'REPLIED', 'webhook', at, timed_by, message_id FROM replied
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, pending => -count(*) FILTER (WHERE was = 'PENDING'),
                         delivery_ack => -count(*) FILTER (WHERE was = 'DELIVERY_ACK'),
                         read_ack => -count(*) FILTER (WHERE was = 'READ_ACK'), replied => count(*),
                         undeliverable => -count(*) FILTER (WHERE was = 'PENDING' AND had_failed))
    FROM replied HAVING count(*) > 0
)
SELECT replied.id FROM replied CROSS JOIN counted
