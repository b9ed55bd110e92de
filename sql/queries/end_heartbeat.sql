-- A sender ends. Another's heartbeat stays. $1 blast, $2 sender, $3 who stopped it or NULL.
UPDATE blasts
SET lease_until = CASE WHEN heartbeat_by = $2::uuid THEN NULL ELSE lease_until END,
    stopped_by = coalesce($3::text, stopped_by),
    stopped_at = CASE WHEN $3::text IS NULL THEN stopped_at ELSE now() END
WHERE id = $1::bigint
