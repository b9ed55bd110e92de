-- Takes free slots of a device and as many queued recipients: QUEUED -> SENDING, committed before anything is posted.
-- $1 blast, $2 id to start after, $3 most rows, $4 attempt id, $5 lease in seconds, $6 device, $7 paced,
-- $8 starts of the slots from now in seconds, one more than $3, $9 how many seconds ahead of its slot a row may be
-- claimed, $10 daily cap or NULL, $11 time zone of the cap's day, $12 counter slot, $13 epoch at which this run's last
-- claim left the device's next slot, or NULL.
-- Slots that a slow commit made late are still given for 250 ms, or each would lower the rate, where no other run claims
-- between: only one run alone can hold the posts that follow to the rate. Older ones are not caught up.
-- Run plan_claim.sql before it. The opt-outs are counted, so that they are looked up by their key in any plan.
-- Row 1 says how the device stands; there is none where it has no row. The others are the recipients, in the order of
-- their slots.
WITH device AS MATERIALIZED (
    SELECT d.device, d.blocked_until, d.slow_left, greatest(d.day, today.day) AS counted_on,
           CASE WHEN d.day >= today.day THEN d.day_posts ELSE 0 END AS posts,
           CASE WHEN d.next_slot_at > now() - interval '250 ms'
                     AND abs(extract(epoch FROM d.next_slot_at) - $13::float8) < 0.001 THEN d.next_slot_at
                ELSE greatest(d.next_slot_at, now()) END AS first_slot,
           CASE WHEN d.slow_left > 0 THEN 2 ELSE 1 END AS slowdown_factor
    FROM devices d, (SELECT (now() AT TIME ZONE $11::text)::date AS day) today
    WHERE d.device = $6::text
    FOR UPDATE OF d
), free AS MATERIALIZED (
    SELECT device.*,
           greatest(0, least(
               CASE WHEN blocked_until > now() THEN 0
                    WHEN NOT $7::boolean THEN $3::integer
                    ELSE (SELECT count(*)::integer FROM unnest(($8::float8[])[1:$3::integer]) AS start
                          WHERE first_slot + make_interval(secs => start * slowdown_factor)
                                <= now() + make_interval(secs => $9::float8)) END,
               $10::integer - posts)) AS slots
    FROM device
), picked AS MATERIALIZED (
    SELECT o.id FROM blast_outbox o
    WHERE o.blast_id = $1::bigint AND o.id > $2::bigint AND o.state = 'QUEUED'
      AND (o.not_before IS NULL OR o.not_before <= now())
      AND (o.device IS NULL OR o.device = $6::text)
      AND (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) = 0
    ORDER BY o.id
    LIMIT coalesce((SELECT slots FROM free), 0)
    FOR UPDATE OF o SKIP LOCKED
), claimed AS (
    UPDATE blast_outbox o
    SET state = 'SENDING', attempt_id = $4::uuid, attempts = o.attempts + 1, attempted_at = now(),
        attempted_device = $6::text,
        lease_until = now() + make_interval(secs => $5::float8), not_before = NULL
    FROM picked
    WHERE o.blast_id = $1::bigint AND o.id > $2::bigint AND o.id <= (SELECT max(id) FROM picked) AND o.id = picked.id
    RETURNING o.id, o.phone_number, o.variables, o.variant
), taken AS (
    SELECT count(*)::integer AS rows FROM claimed
), paced AS (
    UPDATE devices d
    SET next_slot_at = CASE WHEN $7::boolean AND taken.rows > 0
                            THEN first_slot + make_interval(secs => ($8::float8[])[taken.rows + 1] * slowdown_factor)
                            ELSE d.next_slot_at END,
        day = free.counted_on, day_posts = free.posts + taken.rows
    FROM free, taken
    WHERE d.device = free.device AND taken.rows > 0
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $12::smallint, queued => -taken.rows, sending => taken.rows)
    FROM taken WHERE taken.rows > 0
)
SELECT extract(epoch FROM now())::float8 AS server_epoch, extract(epoch FROM first_slot - now())::float8 AS first_slot_in,
       slowdown_factor, extract(epoch FROM greatest(blocked_until, now()) - now())::float8 AS blocked_for,
       $10::integer IS NOT NULL AND posts + taken.rows >= $10::integer AS capped, slots,
       to_char(counted_on, 'YYYY-MM-DD') AS counted_on,
       NULL::bigint AS id, NULL AS phone_number, NULL::jsonb AS variables, NULL::smallint AS variant
FROM free CROSS JOIN taken LEFT JOIN counted ON true
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, id, phone_number, variables, variant FROM claimed
ORDER BY id NULLS FIRST
