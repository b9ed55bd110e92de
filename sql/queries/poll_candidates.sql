-- Messages that are due by check_due_in (sql/migrations), what was read last, then the newest first: what waits for a receipt
-- comes before what was read (whose next change is a reply, which no status tells), and the chance that the next minute brings
-- a change falls with every minute that did not. $1 blasts, $2 epoch since which all that moves is to be checked once (--now),
-- or NULL, $3 most rows, $4 to $7 the last row of the page before (was read, accepted, blast, id) or NULLs. What another run
-- holds is left out. One row, which costs whoever reads it a tenth of the memory: blasts, ids, and of the last whether it was
-- read, and when it was accepted.
SELECT array_agg(blast_id) AS blast_ids, array_agg(id) AS ids, (array_agg(was_read))[count(*)::integer] AS was_read,
       (array_agg(accepted))[count(*)::integer] AS accepted
FROM (SELECT blast_id, id, was_read, accepted
      FROM (SELECT blast_id, id, status = 'READ_ACK' AS was_read, date_part('epoch', accepted_at) AS accepted
            FROM blast_recipients
            WHERE blast_id = ANY ($1::bigint[])
              AND check_due_in(status, date_part('epoch', now() - accepted_at),
                               CASE WHEN date_part('epoch', last_checked_at) < $2::float8 THEN NULL
                                    ELSE date_part('epoch', now() - last_checked_at) END) <= 0) due
           LEFT JOIN (SELECT blast_id, range_agg(ids) AS ids FROM check_claims
                      WHERE blast_id = ANY ($1::bigint[]) AND lease_until >= now() GROUP BY blast_id) held USING (blast_id)
      WHERE NOT coalesce(id <@ held.ids, false)
        AND ($4::boolean IS NULL
             OR (was_read, -accepted, blast_id, id) > ($4::boolean, -($5::float8), $6::bigint, $7::bigint))
      ORDER BY was_read, -accepted, blast_id, id
      LIMIT $3::integer) page
