-- Takes messages for a check, so that runs which overlap ask about none twice: those that are still due and that no other
-- run holds. After poll_lock.sql, so that it sees all other claims. $1 blast, $2 ids, $3 lease in seconds, $4 epoch since
-- which all that moves is to be checked once (--now), or NULL, $5 the claim's UUID. A run that dies lets go with its lease.
WITH ended AS (
    DELETE FROM check_claims WHERE blast_id = $1::bigint AND lease_until < now()
), held AS MATERIALIZED (
    SELECT range_agg(ids) AS ids FROM check_claims WHERE blast_id = $1::bigint AND lease_until >= now()
), free AS MATERIALIZED (
    SELECT r.id, r.message_id, r.device
    FROM unnest($2::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM blast_recipients WHERE blast_id = $1::bigint AND id = wanted.id OFFSET 0) r
    WHERE check_due_in(r.status, date_part('epoch', now() - r.accepted_at),
                       CASE WHEN date_part('epoch', r.last_checked_at) < $4::float8 THEN NULL
                            ELSE date_part('epoch', now() - r.last_checked_at) END) <= 0
      AND NOT coalesce(r.id <@ (SELECT ids FROM held), false)
), claimed AS (
    INSERT INTO check_claims (blast_id, claim_id, ids, lease_until)
    SELECT $1::bigint, $5::uuid, range_agg(int8range(id, id, '[]')), now() + make_interval(secs => $3::float8)
    FROM free HAVING count(*) > 0
)
SELECT id, message_id, device FROM free
