-- Which outcomes that a run kept in a file are this blast's: 'HERE' when the attempt or the message is known, 'OTHER' when
-- the recipient is another attempt's since, recorded, or erased, else 'UNKNOWN'.
-- $1 blast, $2 ids, $3 attempt ids, $4 message ids, or NULL where there is none.
SELECT CASE WHEN o.attempt_id = a.attempt_id OR r.attempt_id = a.attempt_id OR m.id IS NOT NULL THEN 'HERE'
            WHEN r.id IS NOT NULL OR o.attempt_id IS NOT NULL OR o.phone_number NOT LIKE '+%' THEN 'OTHER'
            ELSE 'UNKNOWN' END
FROM unnest($2::bigint[], $3::uuid[], $4::text[]) WITH ORDINALITY AS a (id, attempt_id, message_id, place)
LEFT JOIN blast_outbox o ON o.blast_id = $1::bigint AND o.id = a.id
LEFT JOIN blast_recipients r ON r.blast_id = $1::bigint AND r.id = a.id
LEFT JOIN blast_recipients m ON m.message_id = a.message_id AND m.blast_id = $1::bigint
ORDER BY a.place
