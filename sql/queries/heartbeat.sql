-- A sender lives, and for at least a lease. $1 blast, $2 sender, $3 lease in seconds.
UPDATE blasts SET heartbeat_at = now(), heartbeat_by = $2::uuid, lease_until = now() + make_interval(secs => $3::float8)
WHERE id = $1::bigint
