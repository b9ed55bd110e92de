-- The blasts that match, together, as one row; of the only one also its head. Timings are whole seconds, negative where clocks disagree.
-- $1 id, $2 tag, $3 stage, $4 from (epoch seconds), $5 before, $6 device: NULL for any. $7: so many of the newest, NULL for all.
WITH matching AS (
    SELECT id, blast_tag, follow_up_stage, blast_date
    FROM blasts
    WHERE ($1::bigint IS NULL OR id = $1)
      AND ($2::text IS NULL OR blast_tag = $2)
      AND ($3::text IS NULL OR follow_up_stage = $3)
      AND ($4::float8 IS NULL OR blast_date >= to_timestamp($4))
      AND ($5::float8 IS NULL OR blast_date < to_timestamp($5))
      AND ($6::text IS NULL OR $6 = ANY (devices))
    ORDER BY id DESC
    LIMIT $7::bigint
), heads AS (
    SELECT count(*) AS blasts, min(id) AS id, min(blast_tag) AS blast_tag, min(follow_up_stage) AS follow_up_stage,
           floor(date_part('epoch', min(blast_date)))::bigint AS blast_date
    FROM matching
), counts AS (
    SELECT coalesce(sum(queued), 0)::bigint AS queued, coalesce(sum(sending), 0)::bigint AS sending,
           coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(unconfirmed), 0)::bigint AS unconfirmed,
           coalesce(sum(dropped), 0)::bigint AS dropped, coalesce(sum(pending), 0)::bigint AS pending,
           coalesce(sum(delivery_ack), 0)::bigint AS delivery_ack, coalesce(sum(read_ack), 0)::bigint AS read_ack,
           coalesce(sum(replied), 0)::bigint AS replied, coalesce(sum(undeliverable), 0)::bigint AS undeliverable,
           coalesce(sum(closed), 0)::bigint AS closed
    FROM matching JOIN blast_counters ON blast_id = matching.id
), seconds AS (
    SELECT percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY delivered) AS delivered,
           percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY read) AS read,
           percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY replied) AS replied,
           count(*) FILTER (WHERE without_receipt) AS without_receipt
    FROM (SELECT floor(date_part('epoch', delivered_at))::bigint - accepted AS delivered,
                 floor(date_part('epoch', read_timestamp))::bigint - accepted AS read,
                 floor(date_part('epoch', replied_at))::bigint - accepted AS replied,
                 without_receipt
          FROM (SELECT floor(date_part('epoch', accepted_at))::bigint AS accepted,
                       delivered_at, read_timestamp, replied_at,
                       status = 'REPLIED' AND read_timestamp IS NULL AS without_receipt
                FROM matching JOIN blast_recipients ON blast_id = matching.id
                WHERE status <> 'PENDING') AS received) AS timed
)
SELECT heads.blasts, heads.id, heads.blast_tag, heads.follow_up_stage, heads.blast_date,
       queued, sending, failed, unconfirmed, dropped, pending, delivery_ack, read_ack, counts.replied,
       undeliverable, closed,
       seconds.delivered[1] AS delivered_p50, seconds.delivered[2] AS delivered_p90,
       seconds.read[1] AS read_p50, seconds.read[2] AS read_p90,
       seconds.replied[1] AS replied_p50, seconds.replied[2] AS replied_p90, seconds.without_receipt,
       CASE WHEN sending > 0 THEN (
           SELECT count(*) FROM matching JOIN blast_outbox ON blast_id = matching.id
           WHERE state = 'SENDING' AND lease_until < now()
       ) ELSE 0 END AS expired_leases
FROM heads, counts, seconds;
