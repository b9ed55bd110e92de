-- Blasts with work that nobody does and nobody stopped, oldest first: scheduled and due, or left by a crash, SIGTERM,
-- the cap or the window.
SELECT b.id
FROM blasts b
WHERE b.stopped_by IS NULL AND (b.scheduled_at IS NULL OR b.scheduled_at <= now())
  AND (b.lease_until IS NULL OR b.lease_until <= now())
  AND EXISTS (SELECT 1 FROM blast_counters c WHERE c.blast_id = b.id GROUP BY c.blast_id
              HAVING sum(c.queued) > 0 OR sum(c.sending) > 0)
ORDER BY b.id
