-- Messages that are due, in the order of is_checked_before (domain/poll_schedule.hpp): what was read last, then the newest
-- first. $1 blasts, $2 epoch since which all that moves is to be checked once (--now), or NULL, $3 most rows,
-- $4 to $7 the last row of the page before (was read, accepted, blast, id) or NULLs. What another run holds is left out.
-- One row, which costs whoever reads it a tenth of the memory: blasts, ids, and of the last whether it was read, and when it
-- was accepted.
SELECT array_agg(blast_id) AS blast_ids, array_agg(id) AS ids, (array_agg(was_read))[count(*)::integer] AS was_read,
       (array_agg(accepted))[count(*)::integer] AS accepted
FROM (SELECT blast_id, id, was_read, accepted
      FROM (SELECT blast_id, id, status = 'READ_ACK' AS was_read, date_part('epoch', last_checked_at) AS checked,
                   date_part('epoch', accepted_at) AS accepted
            FROM blast_recipients
            WHERE blast_id = ANY ($1::bigint[]) AND status <> 'REPLIED') message
           LEFT JOIN (SELECT blast_id, range_agg(ids) AS ids FROM check_claims
                      WHERE blast_id = ANY ($1::bigint[]) AND lease_until >= now() GROUP BY blast_id) held USING (blast_id)
      WHERE date_part('epoch', now()) - accepted < 604800
        AND (checked IS NULL OR checked < $2::float8
             OR date_part('epoch', now()) - checked >= greatest(30, (date_part('epoch', now()) - accepted) / 4))
        AND NOT coalesce(id <@ held.ids, false)
        AND ($4::boolean IS NULL
             OR (was_read, -accepted, blast_id, id) > ($4::boolean, -($5::float8), $6::bigint, $7::bigint))
      ORDER BY was_read, -accepted, blast_id, id
      LIMIT $3::integer) page
