-- Queues those recipients of an earlier blast whose message was not sent and who stand in a state for long enough.
-- $1 the new blast, $2 the earlier, $3 state, $4 seconds. Returns how many were queued and how many have opted out.
WITH stuck AS MATERIALIZED (
    SELECT o.id, o.phone_number, o.variables,
           (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) > 0 AS opted_out
    FROM blast_outbox o
    WHERE o.blast_id = $2::bigint AND o.state = $3::text AND o.phone_number LIKE '+%'
      AND coalesce(o.ended_at, o.attempted_at, '-infinity') <= now() - make_interval(secs => $4::float8)
), queued AS (
    INSERT INTO blast_outbox (blast_id, phone_number, variables)
    SELECT $1::bigint, phone_number, variables FROM stuck WHERE NOT opted_out ORDER BY id
    ON CONFLICT (phone_number, blast_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM queued), (SELECT count(*) FROM stuck WHERE opted_out)
