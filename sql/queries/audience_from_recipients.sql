-- Takes those recipients of an earlier blast who are stuck at a status for long enough. $1 the earlier blast, $2 status,
-- $3 seconds. Returns how many they are.
WITH stuck AS (
    INSERT INTO pg_temp.audience (position, phone_number, variables)
    SELECT r.id, r.phone_number, r.variables
    FROM blast_recipients r
    WHERE r.blast_id = $1::bigint AND r.status = $2::text AND r.phone_number IS NOT NULL AND r.variables IS NOT NULL
      AND r.purchased_at IS NULL
      AND coalesce(CASE $2::text WHEN 'DELIVERY_ACK' THEN r.delivered_at WHEN 'READ_ACK' THEN r.read_timestamp END,
                   r.accepted_at)
          <= now() - make_interval(secs => $3::float8)
    RETURNING 1
)
SELECT count(*) AS taken FROM stuck
