-- Gives each queued recipient one of several devices: the one of them that last wrote to the phone, else evenly.
-- $1 blast, $2 devices.
UPDATE blast_outbox o SET device = chosen.device
FROM (SELECT q.id, coalesce(last.device, ($2::text[])[1 + (q.place - 1) % cardinality($2::text[])]) AS device
      FROM (SELECT id, phone_number, row_number() OVER (ORDER BY id) AS place
            FROM (SELECT id, phone_number FROM blast_outbox WHERE blast_id = $1::bigint AND state = 'QUEUED'
                  ORDER BY id FOR UPDATE) locked) q
      LEFT JOIN LATERAL (SELECT r.device FROM blast_recipients r
                         WHERE r.phone_number = q.phone_number AND r.device = ANY ($2::text[])
                         ORDER BY r.sent_at DESC LIMIT 1) last ON true) chosen
WHERE o.blast_id = $1::bigint AND o.id = chosen.id AND o.device IS DISTINCT FROM chosen.device
