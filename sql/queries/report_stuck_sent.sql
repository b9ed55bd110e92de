-- A page of those of blast $1 whose message got as far as status $2, in order of id, after $4. Left out: who was
-- erased, and who bought. $3: only those who have stood there for so many seconds, NULL for all. $5 rows.
-- The own columns come as JSON in the order of the CSV, which jsonb does not keep.
SELECT id, phone_number, status, floor(date_part('epoch', sent_at))::bigint AS at, device,
       undeliverable_reason AS reason,
       coalesce((SELECT json_object_agg(name, variables ->> name ORDER BY place)
                 FROM unnest((SELECT columns FROM blasts WHERE blasts.id = $1)) WITH ORDINALITY AS own (name, place)
                 WHERE variables ? name)::text, variables::text) AS variables
FROM blast_recipients
WHERE blast_id = $1::bigint AND status = $2::text AND id > $4::bigint
  AND phone_number IS NOT NULL AND purchased_at IS NULL
  AND ($3::double precision IS NULL
       OR coalesce(CASE status WHEN 'DELIVERY_ACK' THEN delivered_at WHEN 'READ_ACK' THEN read_timestamp END,
                   accepted_at)
          <= now() - $3 * interval '1 second')
ORDER BY id
LIMIT $5::bigint;
