-- Blasts with messages whose status can still change, from the counters. $1 only this blast, or NULL.
SELECT blast_id FROM blast_counters
WHERE $1::bigint IS NULL OR blast_id = $1::bigint
GROUP BY blast_id
HAVING sum(pending + delivery_ack + read_ack) > 0 AND max(last_sent_at) > now() - interval '7 days'
ORDER BY blast_id
