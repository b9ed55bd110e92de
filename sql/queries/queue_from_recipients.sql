-- Queues those recipients of an earlier blast who are stuck at a status for long enough. $1 the new blast, $2 the earlier,
-- $3 status, $4 seconds. Returns how many were queued and how many have opted out.
WITH stuck AS MATERIALIZED (
    SELECT r.id, r.phone_number, r.variables,
           (SELECT count(*) FROM opt_outs p WHERE p.phone_number = r.phone_number) > 0 AS opted_out
    FROM blast_recipients r
    WHERE r.blast_id = $2::bigint AND r.status = $3::text AND r.phone_number LIKE '+%' AND r.variables IS NOT NULL
      AND r.closed_at IS NULL
      AND coalesce(CASE $3::text WHEN 'DELIVERY_ACK' THEN r.delivered_at WHEN 'READ_ACK' THEN r.read_timestamp END,
                   CASE WHEN r.message_timestamp > date_part('epoch', r.sent_at) - 2592000
                        THEN to_timestamp(r.message_timestamp) END, r.sent_at)
          <= now() - make_interval(secs => $4::float8)
), queued AS (
    INSERT INTO blast_outbox (blast_id, phone_number, variables)
    SELECT $1::bigint, phone_number, variables FROM stuck WHERE NOT opted_out ORDER BY id
    ON CONFLICT (phone_number, blast_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM queued), (SELECT count(*) FROM stuck WHERE opted_out)
