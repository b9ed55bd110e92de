-- One transaction at a time claims messages of a blast for checks: until it ends, or sees what the others before it hold.
-- $1 blasts, in the order of all who take several.
SELECT pg_advisory_xact_lock(hashtextextended(blast_id::text, 7165027213)) FROM unnest($1::bigint[]) AS blast_id
