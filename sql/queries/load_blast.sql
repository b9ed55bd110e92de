-- One blast, or the newest. $1 id or NULL.
SELECT id, blast_tag, follow_up_stage, messages, array_to_string(devices, ',') AS devices, rate, jitter_percent, daily_cap,
       send_window, extract(epoch FROM scheduled_at) AS scheduled_at, stopped_by,
       coalesce(lease_until > now(), false) AS has_living_sender, skipped_invalid, skipped_duplicate, skipped_opted_out,
       extract(epoch FROM blast_date) AS blast_date, extract(epoch FROM stopped_at) AS stopped_at
FROM blasts
WHERE id = coalesce($1::bigint, (SELECT max(id) FROM blasts))
