-- A sender is told to stop and may not come to its end: who stopped it is known already. $1 blast, $2 who.
UPDATE blasts SET stopped_by = $2::text, stopped_at = now() WHERE id = $1::bigint
