-- After a 429: the device waits as long as Retry-After says, else 1 s, doubling to 60 s; then goes at half rate until
-- 20 more are accepted. Several 429 of one moment count once. $1 device, $2 seconds of Retry-After or NULL.
-- Returns how many seconds it is blocked.
UPDATE devices
SET blocked_until = greatest(blocked_until, now() + make_interval(secs => coalesce($2::float8,
        CASE WHEN blocked_until > now() THEN block_seconds
             WHEN slow_left > 0 THEN least(greatest(block_seconds, 0.5) * 2, 60) ELSE 1 END))),
    block_seconds = CASE WHEN $2::float8 IS NOT NULL OR blocked_until > now() THEN block_seconds
                         WHEN slow_left > 0 THEN least(greatest(block_seconds, 0.5) * 2, 60) ELSE 1 END,
    slow_left = 20
WHERE device = $1::text
RETURNING extract(epoch FROM blocked_until - now()) AS blocked_for
