-- Queues the audience, in its order. $1 blast.
INSERT INTO blast_outbox (blast_id, phone_number, variables, variant)
SELECT $1::bigint, phone_number, variables, variant FROM pg_temp.audience ORDER BY position
