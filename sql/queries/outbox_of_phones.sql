-- Attempts to write to these phones whose outcome is open, in any blast; QUEUED are those that are tried again. An attempt has ended with its lease or when its outcome was given
-- up, whichever came first. $1 phones.
SELECT o.phone_number, o.blast_id, o.id, o.state,
       coalesce(o.device, CASE WHEN cardinality(b.devices) = 1 THEN b.devices[1] END, '') AS device,
       floor(date_part('epoch', o.attempted_at))::bigint AS begun,
       ceil(date_part('epoch', coalesce(least(o.lease_until, o.ended_at), now())))::bigint AS ended
FROM unnest($1::text[]) AS wanted (phone)
CROSS JOIN LATERAL (SELECT * FROM blast_outbox WHERE phone_number = wanted.phone OFFSET 0) o
LEFT JOIN blasts b ON b.id = o.blast_id
WHERE o.state IN ('QUEUED', 'SENDING', 'UNCONFIRMED')
  AND o.attempt_id IS NOT NULL
