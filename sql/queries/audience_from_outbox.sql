-- Takes those recipients of an earlier blast whose message was not sent and who stand in a state for long enough.
-- $1 the earlier blast, $2 state, $3 seconds. Returns how many they are.
WITH stuck AS (
    INSERT INTO pg_temp.audience (position, phone_number, variables)
    SELECT o.id, o.phone_number, o.variables
    FROM blast_outbox o
    WHERE o.blast_id = $1::bigint AND o.state = $2::text AND o.phone_number IS NOT NULL
      AND coalesce(o.ended_at, o.attempted_at, '-infinity') <= now() - make_interval(secs => $3::float8)
    RETURNING 1
)
SELECT count(*) AS taken FROM stuck
