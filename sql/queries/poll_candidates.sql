-- Messages that are due, in the order of is_checked_before (domain/poll_schedule.hpp): what was read last, then the newest
-- first. $1 blasts, $2 epoch since which all that moves is to be checked once (--now), or NULL, $3 most rows,
-- $4 to $7 the last row of the page before (was read, sent, blast, id) or NULLs. What another run holds is left out.
-- One row, which costs whoever reads it a tenth of the memory: blasts, ids, and of the last whether it was read, and when it
-- was sent. When a message counts as sent: see sent_by_message_id.sql.
SELECT array_agg(blast_id), array_agg(id), (array_agg(was_read))[count(*)::integer], (array_agg(sent))[count(*)::integer]
FROM (SELECT blast_id, id, was_read, sent
      FROM (SELECT blast_id, id, status = 'READ_ACK' AS was_read, date_part('epoch', last_checked_at) AS checked,
                   least(date_part('epoch', sent_at),
                         CASE WHEN message_timestamp > date_part('epoch', sent_at) - 2592000
                              THEN message_timestamp END) AS sent
            FROM blast_recipients
            WHERE blast_id = ANY ($1::bigint[]) AND status <> 'REPLIED') message
           LEFT JOIN (SELECT blast_id, range_agg(ids) AS ids FROM check_claims
                      WHERE blast_id = ANY ($1::bigint[]) AND lease_until >= now() GROUP BY blast_id) held USING (blast_id)
      WHERE date_part('epoch', now()) - sent < 604800
        AND (checked IS NULL OR checked < $2::float8
             OR date_part('epoch', now()) - checked >= greatest(30, (date_part('epoch', now()) - sent) / 4))
        AND NOT coalesce(id <@ held.ids, false)
        AND ($4::boolean IS NULL
             OR (was_read, -sent, blast_id, id) > ($4::boolean, -($5::float8), $6::bigint, $7::bigint))
      ORDER BY was_read, -sent, blast_id, id
      LIMIT $3::integer) page
