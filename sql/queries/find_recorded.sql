-- Which of these messages stand where, after some could not be recorded: the row with that message id, if any, the
-- attempt that now holds the recipient, if it is still in the outbox, and whether it is another one's since: held by
-- another attempt, or recorded by its message. $1 blast, $2 ids, $3 message ids, $4 attempt ids.
SELECT a.id, m.id AS recorded_as, o.attempt_id, coalesce(o.attempt_id <> a.attempt_id, false) OR r.id IS NOT NULL AS resent
FROM unnest($2::bigint[], $3::text[], $4::uuid[]) WITH ORDINALITY AS a (id, message_id, attempt_id, place)
LEFT JOIN LATERAL (SELECT id FROM blast_recipients
                   WHERE message_id = a.message_id AND blast_id = $1::bigint OFFSET 0) m ON true
LEFT JOIN LATERAL (SELECT attempt_id FROM blast_outbox
                   WHERE blast_id = $1::bigint AND id = a.id OFFSET 0) o ON true
LEFT JOIN LATERAL (SELECT id FROM blast_recipients
                   WHERE blast_id = $1::bigint AND id = a.id OFFSET 0) r ON true
ORDER BY a.place
