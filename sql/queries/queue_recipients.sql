-- Queues recipients who may be in the blast already, in the order of the arrays; who has opted out is left out, of several
-- with one number the first stays. $1 blast, $2 phones, $3 variables as JSON. Returns how many were queued and how many have opted out.
WITH incoming AS MATERIALIZED (
    SELECT i.phone, i.variables, i.position,
           (SELECT count(*) FROM opt_outs p WHERE p.phone_number = i.phone) > 0 AS opted_out
    FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS i (phone, variables, position)
), queued AS (
    INSERT INTO blast_outbox (blast_id, phone_number, variables)
    SELECT $1::bigint, phone, variables::jsonb FROM incoming WHERE NOT opted_out ORDER BY position
    ON CONFLICT (phone_number, blast_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM queued), (SELECT count(*) FROM incoming WHERE opted_out)
