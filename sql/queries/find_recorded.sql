-- Which of these messages stand where, after some could not be recorded: the row with that message id, if any, the
-- attempt that now holds the recipient, if it is still in the outbox, and whether it is another one's since: held by
-- another attempt, or recorded by its message. $1 blast, $2 ids, $3 message ids, $4 attempt ids.
SELECT a.id, r.id AS recorded_as, o.attempt_id,
       coalesce(o.attempt_id <> a.attempt_id, false)
           OR EXISTS (SELECT 1 FROM blast_recipients s WHERE s.blast_id = $1::bigint AND s.id = a.id) AS resent
FROM unnest($2::bigint[], $3::text[], $4::uuid[]) WITH ORDINALITY AS a (id, message_id, attempt_id, place)
LEFT JOIN blast_recipients r ON r.message_id = a.message_id AND r.blast_id = $1::bigint
LEFT JOIN blast_outbox o ON o.blast_id = $1::bigint AND o.id = a.id
ORDER BY a.place
