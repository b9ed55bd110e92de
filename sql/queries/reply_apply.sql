-- Credits replies to messages of one blast: REPLIED, with the time and text of the earliest. Who replied has read the
-- message, but read_timestamp stays that of a receipt. $1 blast, $2 counter slot, $3 ids, each once, $4 when, as epoch
-- seconds, $5 texts, $6 whose clock that is (gateway, us). Returns the ids that became REPLIED.
WITH reply AS MATERIALIZED (
    SELECT id, to_timestamp(at) AS at, text, timed_by
    FROM unnest($3::bigint[], $4::float8[], $5::text[], $6::text[]) AS t (id, at, text, timed_by)
), known AS MATERIALIZED (
    SELECT t.*, r.status AS was, r.message_id, r.undeliverable_at IS NOT NULL AS had_failed
    FROM reply t JOIN blast_recipients r ON r.id = t.id
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($3::bigint[])
    ORDER BY r.id
    FOR UPDATE OF r
), changed AS (
    UPDATE blast_recipients r
    SET status = 'REPLIED', replied_at = k.at, reply_text = k.text
    FROM known k
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($3::bigint[]) AND r.id = k.id
      AND (r.replied_at IS NULL OR k.at < r.replied_at)
    RETURNING r.id, k.was, k.had_failed, k.at, k.timed_by, k.message_id
), replied AS (
    SELECT * FROM changed WHERE was <> 'REPLIED'
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, message_id)
    SELECT $1::bigint, id, 'REPLIED', 'webhook', at, timed_by, message_id FROM replied
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, pending, delivery_ack, read_ack, replied, undeliverable)
    SELECT $1::bigint, $2::smallint, -count(*) FILTER (WHERE was = 'PENDING'),
           -count(*) FILTER (WHERE was = 'DELIVERY_ACK'), -count(*) FILTER (WHERE was = 'READ_ACK'), count(*),
           -count(*) FILTER (WHERE was = 'PENDING' AND had_failed)
    FROM replied HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE
    SET pending = c.pending + excluded.pending, delivery_ack = c.delivery_ack + excluded.delivery_ack,
        read_ack = c.read_ack + excluded.read_ack, replied = c.replied + excluded.replied,
        undeliverable = c.undeliverable + excluded.undeliverable
)
SELECT id FROM replied
