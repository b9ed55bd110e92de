-- Events that are not applied, oldest first. $1 id to start after, $2 most rows.
SELECT id, date_part('epoch', received_at) AS received_at, kind, state, repeats, message_id, phone_number, reason, body
FROM webhook_inbox
WHERE state IN ('WAITING', 'KEPT') AND id > $1::bigint
ORDER BY id
LIMIT $2::integer
