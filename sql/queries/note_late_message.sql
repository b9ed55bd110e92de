-- A message that was accepted under an attempt which has been resent since: both ids stay known. $1 blast, $2 id,
-- $3 message id.
INSERT INTO status_history (blast_id, recipient_id, status, source, message_id, detail)
VALUES ($1::bigint, $2::bigint, 'PENDING', 'send', $3::text, 'an earlier attempt, accepted after it was resent')
