-- How the messages of open blasts stand with the schedule, which is check_due_in's (sql/migrations). $1 blasts, $2 epoch since
-- which all that moves is to be checked once (--now), or NULL. One row: due, moving, seconds until the next is due or moves
-- no more, or NULL.
SELECT count(*) FILTER (WHERE due_in <= 0) AS due, count(*) AS moving, greatest(0, min(due_in)) AS next_in
FROM (SELECT check_due_in(status, date_part('epoch', now() - accepted_at),
                          CASE WHEN date_part('epoch', last_checked_at) < $2::float8 THEN NULL
                               ELSE date_part('epoch', now() - last_checked_at) END) AS due_in
      FROM blast_recipients
      WHERE blast_id = ANY ($1::bigint[])) message
WHERE due_in IS NOT NULL
