-- Erases a person's events: those of the numbers, of the messages sent to them, and those that mention one. One that was
-- still to be applied cannot be any more. $1 numbers, $2 their digits, each an alternative of a pattern ("1|2"), $3 message
-- ids. Returns how many.
WITH erased AS (
    UPDATE webhook_inbox
    SET body = '', phone_number = NULL, reason = 'erased',
        state = CASE WHEN state IN ('NEW', 'WAITING') THEN 'KEPT' ELSE state END,
        ended_at = coalesce(ended_at, now())
    WHERE id = ANY (ARRAY(SELECT id FROM webhook_inbox
                          WHERE phone_number = ANY ($1::text[]) OR message_id = ANY ($3::text[])
                             OR body ~ ('(^|[^0-9])(' || $2::text || ')([^0-9]|$)')
                          ORDER BY digest FOR UPDATE))
    RETURNING id
)
SELECT count(*) AS erased FROM erased
