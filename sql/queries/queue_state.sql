-- How many of a blast are queued, and the seconds until the first that is held back may be claimed (NULL: none is).
-- $1 blast.
SELECT coalesce((SELECT sum(queued) FROM blast_counters WHERE blast_id = $1::bigint), 0) AS queued,
       (SELECT extract(epoch FROM greatest(min(not_before), now()) - now()) FROM blast_outbox
        WHERE blast_id = $1::bigint AND state = 'QUEUED' AND not_before IS NOT NULL
        HAVING count(*) > 0) AS next_in
