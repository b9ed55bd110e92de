-- How the messages of open blasts stand with the schedule of domain/poll_schedule.hpp.
-- $1 blasts, $2 epoch since which all that moves is to be checked once (--now), or NULL. One row: due, moving, seconds until the next is due or moves no more, or NULL.
SELECT count(*) FILTER (WHERE due_in <= 0), count(*), greatest(0, min(least(due_in, 604800 - age)))
FROM (SELECT age,
             CASE WHEN checked IS NULL OR checked < $2::float8 THEN 0
                  ELSE greatest(30 - (now - checked), (age - 4 * (now - checked)) / 3) END AS due_in
      FROM (SELECT date_part('epoch', now()) AS now, date_part('epoch', last_checked_at) AS checked,
                   date_part('epoch', now()) - date_part('epoch', accepted_at) AS age
            FROM blast_recipients
            WHERE blast_id = ANY ($1::bigint[]) AND status <> 'REPLIED') message
      WHERE age < 604800) moving
