-- A page of all recipients of blast $1, sent to or not, in order of id, after $2. $3 rows.
-- The own columns come as JSON in the order of the CSV, which jsonb does not keep.
SELECT * FROM (
    (SELECT id, phone_number, status, floor(date_part('epoch', sent_at))::bigint AS at, device,
            undeliverable_reason AS reason,
            coalesce((SELECT json_object_agg(name, variables ->> name ORDER BY place)
                     FROM unnest((SELECT columns FROM blasts WHERE blasts.id = $1)) WITH ORDINALITY AS own (name, place)
                     WHERE variables ? name)::text, variables::text) AS variables,
            message_id, variant,
            floor(date_part('epoch', delivered_at))::bigint AS delivered_at,
            floor(date_part('epoch', read_timestamp))::bigint AS read_at,
            floor(date_part('epoch', replied_at))::bigint AS replied_at, reply_text,
            floor(date_part('epoch', purchased_at))::bigint AS purchased_at, purchase_amount
     FROM blast_recipients
     WHERE blast_id = $1::bigint AND id > $2::bigint
     ORDER BY id
     LIMIT $3::bigint)
    UNION ALL
    (SELECT id, phone_number, state, floor(date_part('epoch', attempted_at))::bigint,
            CASE WHEN state IN ('SENDING', 'FAILED', 'UNCONFIRMED') THEN coalesce(attempted_device, device) ELSE device END,
            last_error,
            coalesce((SELECT json_object_agg(name, variables ->> name ORDER BY place)
                     FROM unnest((SELECT columns FROM blasts WHERE blasts.id = $1)) WITH ORDINALITY AS own (name, place)
                     WHERE variables ? name)::text, variables::text),
            NULL, variant, NULL, NULL, NULL, NULL, NULL, NULL
     FROM blast_outbox
     WHERE blast_id = $1 AND id > $2
     ORDER BY id
     LIMIT $3)
) AS page
ORDER BY id
LIMIT $3;
