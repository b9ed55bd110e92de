-- Of recipients that a sender holds and has not begun, those that must not be sent to any more: opted out, or cancelled.
-- $1 blast, $2 ids. In any plan each id is one look-up by its key, and so is its opt-out.
SELECT held.id FROM unnest($2::bigint[]) AS held (id)
WHERE (SELECT o.drop_reason IS NOT NULL
              OR (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) > 0
       FROM blast_outbox o WHERE o.blast_id = $1::bigint AND o.id = held.id)
