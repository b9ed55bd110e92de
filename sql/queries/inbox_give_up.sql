-- Events that have waited so long that no message of ours can be what they are about. $1 seconds.
UPDATE webhook_inbox
SET state = 'KEPT', reason = 'no message of ours matched it', ended_at = now()
WHERE id = ANY (ARRAY(SELECT id FROM webhook_inbox
                      WHERE state = 'WAITING' AND received_at < now() - make_interval(secs => $1::float8)
                      ORDER BY digest FOR UPDATE))
