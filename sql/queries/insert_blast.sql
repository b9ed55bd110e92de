-- $1 tag, $2 stage, $3 messages as a JSON array, $4 devices, $5 rate, $6 jitter in percent, $7 daily cap or NULL,
-- $8 window or NULL, $9 epoch seconds from which it may be sent or NULL, $10 the recipients' own columns, $11 recipients,
-- and rows that are left out: $12 invalid, $13 repeats, $14 opted out.
INSERT INTO blasts (blast_tag, follow_up_stage, messages, devices, rate, jitter_percent, daily_cap, send_window,
                    scheduled_at, blast_date, columns, total_recipients, skipped_invalid, skipped_duplicate,
                    skipped_opted_out)
VALUES ($1::text, $2::text, $3::jsonb, $4::text[], $5::text, $6::integer, $7::integer, $8::text,
        to_timestamp($9::float8), coalesce(to_timestamp($9::float8), now()), $10::text[], $11::integer, $12::integer,
        $13::integer, $14::integer)
RETURNING id
