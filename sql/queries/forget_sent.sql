-- Erases a person from what a blast has sent; status, times and message id stay, so that the counts do. $1 blast, $2 the
-- person's numbers. Returns the ids and message ids.
UPDATE blast_recipients r
SET phone_number = NULL, erased_at = now(), variables = NULL, jid_phone = NULL, reply_text = NULL, wsapme_message_data = NULL,
    undeliverable_reason = CASE WHEN r.undeliverable_reason IS NOT NULL THEN 'erased' END
WHERE r.blast_id = $1::bigint
  AND r.id = ANY (ARRAY(SELECT id FROM blast_recipients
                        WHERE blast_id = $1::bigint AND phone_number = ANY ($2::text[])
                        ORDER BY id FOR UPDATE))
RETURNING r.id, r.message_id
