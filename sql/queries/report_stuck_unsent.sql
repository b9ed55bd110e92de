-- A page of those of blast $1 that are in state $2 of the outbox, in order of id, after $4. Left out: who was erased.
-- $3: only those who have been there for so many seconds, NULL for all. $5 rows.
-- The own columns come as JSON in the order of the CSV, which jsonb does not keep.
SELECT id, phone_number, state AS status, floor(date_part('epoch', attempted_at))::bigint AS at,
       CASE WHEN state IN ('SENDING', 'FAILED', 'UNCONFIRMED') THEN coalesce(attempted_device, device) ELSE device END AS device,
       last_error AS reason,
       coalesce((SELECT json_object_agg(name, variables ->> name ORDER BY place)
                 FROM unnest((SELECT columns FROM blasts WHERE blasts.id = $1)) WITH ORDINALITY AS own (name, place)
                 WHERE variables ? name)::text, variables::text) AS variables
FROM blast_outbox
WHERE blast_id = $1::bigint AND state = $2::text AND id > $4::bigint
  AND phone_number IS NOT NULL
  AND ($3::double precision IS NULL
       OR coalesce(ended_at, attempted_at, (SELECT blast_date FROM blasts WHERE blasts.id = $1))
          <= now() - $3 * interval '1 second')
ORDER BY id
LIMIT $5::bigint;
