-- How the recipients of a blast stand, from the counters. $1 blast. One row.
SELECT coalesce(sum(queued), 0) AS queued, coalesce(sum(sending), 0) AS sending, coalesce(sum(failed), 0) AS failed,
       coalesce(sum(unconfirmed), 0) AS unconfirmed, coalesce(sum(dropped), 0) AS dropped,
       coalesce(sum(pending), 0) AS pending, coalesce(sum(delivery_ack), 0) AS delivery_ack,
       coalesce(sum(read_ack), 0) AS read_ack, coalesce(sum(replied), 0) AS replied,
       coalesce(sum(undeliverable), 0) AS undeliverable, coalesce(sum(closed), 0) AS closed
FROM blast_counters WHERE blast_id = $1::bigint
