-- Events that wait for what they are about. $1 id to start after, $2 most rows, $3 only those that came in about the last so
-- many seconds, or NULL.
SELECT i.id, i.body, date_part('epoch', i.received_at) AS received_at,
       floor(date_part('epoch', i.answers_since))::bigint AS answers_since,
       floor(date_part('epoch', i.occurred_at))::bigint AS occurred_at, i.device
FROM webhook_inbox i
WHERE i.state = 'WAITING' AND i.id > $1::bigint
  AND ($3::float8 IS NULL
       OR i.id > coalesce((SELECT o.id FROM webhook_inbox o
                           WHERE o.state = 'WAITING' AND o.received_at <= now() - make_interval(secs => $3::float8)
                           ORDER BY o.id DESC LIMIT 1), 0))
ORDER BY i.id
LIMIT $2::integer
