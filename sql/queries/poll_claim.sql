-- Takes messages for a check, so that runs which overlap ask about none twice: those that are still due and that no other
-- run holds. $1 blast, $2 ids, $3 lease in seconds, $4 epoch since which all that moves is to be checked once (--now), or
-- NULL. A run that dies lets go with its lease. When a message counts as sent: see sent_by_message_id.sql.
WITH free AS MATERIALIZED (
    SELECT r.id
    FROM blast_recipients r,
         LATERAL (SELECT least(date_part('epoch', r.sent_at),
                               CASE WHEN r.message_timestamp > date_part('epoch', r.sent_at) - 2592000
                                    THEN r.message_timestamp END) AS at) sent
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($2::bigint[]) AND r.status <> 'REPLIED'
      AND (r.check_lease_until IS NULL OR r.check_lease_until < now())
      AND date_part('epoch', now()) - sent.at < 604800
      AND (r.last_checked_at IS NULL OR date_part('epoch', r.last_checked_at) < $4::float8
           OR date_part('epoch', now()) - date_part('epoch', r.last_checked_at)
              >= greatest(30, (date_part('epoch', now()) - sent.at) / 4))
    ORDER BY r.id
    FOR UPDATE OF r SKIP LOCKED
)
UPDATE blast_recipients
SET check_lease_until = now() + make_interval(secs => $3::float8)
WHERE blast_id = $1::bigint AND id = ANY (ARRAY(SELECT id FROM free))
RETURNING id, message_id, device
