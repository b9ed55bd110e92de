-- How the messages of open blasts stand with the schedule of domain/poll_schedule.hpp. A message's age counts from the
-- earlier of the gateway's time and the time of recording. $1 blasts, $2 whether all that moves counts as due (--now).
-- One row: due, moving, seconds until the next is due or NULL, and now as epoch.
SELECT count(*) FILTER (WHERE $2::boolean OR due_in <= 0), count(*), greatest(0, min(due_in)),
       date_part('epoch', now())
FROM (SELECT CASE WHEN checked_ago IS NULL THEN 0 ELSE greatest(30 - checked_ago, (age - 4 * checked_ago) / 3) END AS due_in
      FROM (SELECT date_part('epoch', now()) - least(date_part('epoch', sent_at), message_timestamp) AS age,
                   date_part('epoch', now()) - date_part('epoch', last_checked_at) AS checked_ago
            FROM blast_recipients
            WHERE blast_id = ANY ($1::bigint[]) AND status <> 'REPLIED') message
      WHERE age < 604800) moving
