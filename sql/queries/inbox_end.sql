-- Events that waited and have found what they are about, locked in the order of their digests. $1 ids, $2 blasts,
-- $3 recipients. Why it says INSERT: see status_apply.sql.
INSERT INTO webhook_inbox (id, digest, body, kind, state, blast_id, recipient_id)
SELECT w.id, w.digest, '', w.kind, 'APPLIED', e.blast_id, e.recipient_id
FROM (SELECT u.*
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (id, blast_id, recipient_id)
      CROSS JOIN LATERAL (SELECT digest FROM webhook_inbox WHERE id = u.id OFFSET 0) i
      ORDER BY i.digest) e
CROSS JOIN LATERAL (SELECT id, digest, kind FROM webhook_inbox WHERE id = e.id AND state = 'WAITING' FOR UPDATE) w
ON CONFLICT (id) DO UPDATE
SET state = 'APPLIED', reason = NULL, blast_id = excluded.blast_id, recipient_id = excluded.recipient_id,
    ended_at = now()
