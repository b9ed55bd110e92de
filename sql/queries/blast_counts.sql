-- How the recipients of a blast stand, from the counters. $1 blast. One row.
SELECT coalesce(sum(queued), 0), coalesce(sum(sending), 0), coalesce(sum(failed), 0), coalesce(sum(unconfirmed), 0),
       coalesce(sum(dropped), 0), coalesce(sum(pending), 0), coalesce(sum(delivery_ack), 0),
       coalesce(sum(read_ack), 0), coalesce(sum(replied), 0), coalesce(sum(undeliverable), 0), coalesce(sum(closed), 0)
FROM blast_counters WHERE blast_id = $1::bigint
