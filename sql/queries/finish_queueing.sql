-- $1 blast, $2 queued, $3 invalid, $4 duplicate, $5 opted out, $6 counter slot.
WITH totals AS (
    UPDATE blasts SET total_recipients = $2::integer, skipped_invalid = $3::integer, skipped_duplicate = $4::integer,
                      skipped_opted_out = $5::integer
    WHERE id = $1::bigint
)
INSERT INTO blast_counters (blast_id, slot, queued) VALUES ($1::bigint, $6::smallint, $2::bigint)
