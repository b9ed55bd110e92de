-- Events that waited and have found what they are about. $1 ids, $2 blasts, $3 recipients.
UPDATE webhook_inbox i
SET state = 'APPLIED', reason = NULL, blast_id = t.blast_id, recipient_id = t.recipient_id, ended_at = now()
FROM (SELECT w.id, e.blast_id, e.recipient_id
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS e (id, blast_id, recipient_id)
      JOIN webhook_inbox w ON w.id = e.id
      WHERE w.state = 'WAITING'
      ORDER BY w.digest FOR UPDATE OF w) t
WHERE i.id = t.id
