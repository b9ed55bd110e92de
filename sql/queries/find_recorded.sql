-- Which of these messages stand where, after some could not be recorded: the row with that message id, if any, and the
-- attempt that now holds the recipient, if it is still in the outbox. $1 blast, $2 ids, $3 message ids.
SELECT a.id, r.id AS recorded_as, o.attempt_id
FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS a (id, message_id, place)
LEFT JOIN blast_recipients r ON r.message_id = a.message_id AND r.blast_id = $1::bigint
LEFT JOIN blast_outbox o ON o.blast_id = $1::bigint AND o.id = a.id
ORDER BY a.place
