-- The first counters of a blast. $1 blast, $2 counter slot, $3 how many are queued.
SELECT count_changes($1::bigint, $2::smallint, queued => $3::bigint)
