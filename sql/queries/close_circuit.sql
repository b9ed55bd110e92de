-- A probe was accepted: --due may take the blast up again. Fenced by when the circuit opened that the run was told of; one
-- that has opened since stays open, and so does a person's stop. $1 blast, $2 when, in epoch seconds.
UPDATE blasts SET stopped_by = NULL, stopped_at = NULL
WHERE id = $1::bigint AND stopped_by = 'circuit' AND extract(epoch FROM stopped_at) = $2::numeric
