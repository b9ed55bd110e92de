-- How many recipients of a blast requeue_recipients.sql would queue again. $1 blast, $2 the state.
SELECT count(*) AS requeueable FROM blast_outbox o WHERE o.blast_id = $1::bigint AND o.state = $2::text AND o.phone_number IS NOT NULL
