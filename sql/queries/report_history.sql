-- The history of the recipients of blast $1 with ids from $2 to $3, as it was recorded.
SELECT recipient_id, status, source, floor(date_part('epoch', occurred_at))::bigint AS at, timed_by = 'gateway' AS timed_by_gateway, detail
FROM status_history
WHERE blast_id = $1::bigint AND recipient_id BETWEEN $2::bigint AND $3::bigint
ORDER BY recipient_id, id;
