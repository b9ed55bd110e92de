-- A page of the blasts that match, the last queued first, after blast $6: a blast that is scheduled for next month is no
-- newer than one that was sent since.
-- $1 tag, $2 stage, $3 from (epoch seconds), $4 before, $5 device, $6 last of the page before: NULL for any. $7 rows.
WITH page AS (
    SELECT id, blast_tag, follow_up_stage, blast_date, scheduled_at, lease_until, stopped_by
    FROM blasts
    WHERE ($1::text IS NULL OR blast_tag = $1)
      AND ($2::text IS NULL OR follow_up_stage = $2)
      AND ($3::float8 IS NULL OR blast_date >= to_timestamp($3))
      AND ($4::float8 IS NULL OR blast_date < to_timestamp($4))
      AND ($5::text IS NULL OR $5 = ANY (devices))
      AND ($6::bigint IS NULL OR id < $6)
    ORDER BY id DESC
    LIMIT $7::bigint
), counts AS (
    SELECT blast_id, sum(queued)::bigint AS queued, sum(sending)::bigint AS sending, sum(failed)::bigint AS failed,
           sum(unconfirmed)::bigint AS unconfirmed, sum(dropped)::bigint AS dropped, sum(pending)::bigint AS pending,
           sum(delivery_ack)::bigint AS delivery_ack, sum(read_ack)::bigint AS read_ack,
           sum(replied)::bigint AS replied, sum(undeliverable)::bigint AS undeliverable, sum(closed)::bigint AS closed
    FROM page JOIN blast_counters ON blast_id = page.id
    GROUP BY blast_id
)
SELECT id, blast_tag, follow_up_stage, floor(date_part('epoch', blast_date))::bigint AS blast_date,
       queued, sending, failed, unconfirmed, dropped, pending, delivery_ack, read_ack, replied, undeliverable, closed,
       floor(date_part('epoch', scheduled_at))::bigint AS scheduled_at, coalesce(scheduled_at > now(), false) AS is_scheduled,
       coalesce(lease_until > now(), false) AS has_living_sender, stopped_by
FROM page LEFT JOIN counts ON counts.blast_id = page.id
ORDER BY id DESC;
