-- Which outcomes that a run kept in a file are this blast's: 'HERE' when the attempt or the message is known, 'OTHER' when
-- the recipient is another attempt's since, recorded, or erased, else 'UNKNOWN'.
-- $1 blast, $2 ids, $3 attempt ids, $4 message ids, or NULL where there is none.
SELECT CASE WHEN o.attempt_id = a.attempt_id OR r.attempt_id = a.attempt_id OR m.id IS NOT NULL THEN 'HERE'
            WHEN r.id IS NOT NULL OR o.attempt_id IS NOT NULL OR o.erased_at IS NOT NULL THEN 'OTHER'
            ELSE 'UNKNOWN' END AS outcome
FROM unnest($2::bigint[], $3::uuid[], $4::text[]) WITH ORDINALITY AS a (id, attempt_id, message_id, place)
LEFT JOIN LATERAL (SELECT attempt_id, erased_at FROM blast_outbox
                   WHERE blast_id = $1::bigint AND id = a.id OFFSET 0) o ON true
LEFT JOIN LATERAL (SELECT id, attempt_id FROM blast_recipients
                   WHERE blast_id = $1::bigint AND id = a.id OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT id FROM blast_recipients
                   WHERE message_id = a.message_id AND blast_id = $1::bigint OFFSET 0) m ON true
ORDER BY a.place
