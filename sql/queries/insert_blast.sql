-- $1 tag, $2 stage, $3 messages as a JSON array, $4 devices, $5 rate, $6 jitter in percent, $7 daily cap or NULL,
-- $8 window or NULL, $9 epoch seconds from which it may be sent or NULL, $10 whether all is going to be rolled back: such a
-- blast takes no number from the sequence, so that the numbers of those that stay have no gaps for each dry run, $11 the
-- recipients' own columns.
INSERT INTO blasts (id, blast_tag, follow_up_stage, messages, devices, rate, jitter_percent, daily_cap, send_window,
                    scheduled_at, columns, blast_date)
VALUES (CASE WHEN $10::boolean THEN -1 - floor(random() * 1e15)::bigint
             ELSE nextval(pg_get_serial_sequence('blasts', 'id')) END,
        $1::text, $2::text, $3::jsonb, $4::text[], $5::text, $6::integer, $7::integer, $8::text,
        to_timestamp($9::float8), $11::text[], coalesce(to_timestamp($9::float8), now()))
RETURNING id
