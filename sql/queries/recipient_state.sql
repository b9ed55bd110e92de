-- Where a recipient of a blast stands, by phone. $1 blast, $2 phone. No row: the blast has no such recipient.
SELECT state FROM blast_outbox WHERE blast_id = $1::bigint AND phone_number = $2::text
UNION ALL
SELECT status FROM blast_recipients WHERE blast_id = $1::bigint AND phone_number = $2::text
