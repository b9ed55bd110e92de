-- Of the blasts that match, the one that was queued last: what it is called, the texts of its messages as a JSON array, and
-- its sales.
-- $1 id, $2 tag, $3 stage, $4 from (epoch seconds), $5 before, $6 device: NULL for any.
SELECT id, blast_tag, follow_up_stage, floor(date_part('epoch', blast_date))::bigint AS blast_date, messages,
       (SELECT coalesce(sum(closed), 0)::bigint FROM blast_counters WHERE blast_id = blasts.id) AS closed
FROM blasts
WHERE ($1::bigint IS NULL OR id = $1)
  AND ($2::text IS NULL OR blast_tag = $2)
  AND ($3::text IS NULL OR follow_up_stage = $3)
  AND ($4::float8 IS NULL OR blast_date >= to_timestamp($4))
  AND ($5::float8 IS NULL OR blast_date < to_timestamp($5))
  AND ($6::text IS NULL OR $6 = ANY (devices))
ORDER BY id DESC
LIMIT 1;
