-- The first counters of a blast. $1 blast, $2 counter slot, $3 how many are queued.
INSERT INTO blast_counters (blast_id, slot, queued) VALUES ($1::bigint, $2::smallint, $3::bigint)
