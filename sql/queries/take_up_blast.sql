-- One sender a blast: takes it up unless another lives. $1 blast, $2 sender, $3 lease in seconds. No row: another lives.
UPDATE blasts SET heartbeat_at = now(), heartbeat_by = $2::uuid, lease_until = now() + make_interval(secs => $3::float8)
WHERE id = $1::bigint AND stopped_by IS NULL AND (lease_until IS NULL OR lease_until <= now())
RETURNING id
