-- Takes messages for a check, so that runs which overlap ask about none twice: those that are still due and that no other
-- run holds. $1 blast, $2 ids, $3 lease in seconds, $4 epoch since which all that moves is to be checked once (--now), or
-- NULL. A run that dies lets go with its lease.
WITH free AS MATERIALIZED (
    SELECT id FROM blast_recipients
    WHERE blast_id = $1::bigint AND id = ANY ($2::bigint[]) AND status <> 'REPLIED'
      AND (check_lease_until IS NULL OR check_lease_until < now())
      AND date_part('epoch', now()) - least(date_part('epoch', sent_at), message_timestamp) < 604800
      AND (last_checked_at IS NULL OR date_part('epoch', last_checked_at) < $4::float8
           OR date_part('epoch', now()) - date_part('epoch', last_checked_at)
              >= greatest(30, (date_part('epoch', now())
                               - least(date_part('epoch', sent_at), message_timestamp)) / 4))
    ORDER BY id
    FOR UPDATE SKIP LOCKED
)
UPDATE blast_recipients
SET check_lease_until = now() + make_interval(secs => $3::float8)
WHERE blast_id = $1::bigint AND id = ANY (ARRAY(SELECT id FROM free))
RETURNING id, message_id, device
