-- Phones never to write to, a page at a time in their order. $1 phone to start after, $2 rows.
SELECT phone_number, extract(epoch FROM opted_out_at) AS opted_out_at, source, coalesce(reason, '') AS reason
FROM opt_outs WHERE phone_number > $1::text ORDER BY phone_number LIMIT $2::integer
