-- Keeps events as they came; one that came before is counted, and nothing else. $1 bodies, each once, $2 how often each
-- came beyond once, $3 kinds, $4 states, $5 message ids, $6 phones, $7 when, as epoch seconds, $8 blasts, $9 recipients,
-- $10 reasons, $11 receiving devices or NULL, $12 since when messages are answered, as epoch seconds or NULL,
-- $13 whether it is about an erased person: of it only the digest is kept.
INSERT INTO webhook_inbox AS i (digest, repeats, body, kind, state, message_id, phone_number, occurred_at, blast_id,
                                recipient_id, reason, device, answers_since, ended_at)
SELECT sha256(convert_to(body, 'UTF8')) AS digest, repeats, CASE WHEN erased THEN '' ELSE body END, kind, state,
       message_id, CASE WHEN NOT erased THEN phone END, to_timestamp(at), blast_id, recipient_id,
       CASE WHEN erased THEN 'erased' ELSE reason END, device, to_timestamp(since),
       CASE WHEN state <> 'WAITING' THEN now() END
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::bigint[],
            $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::boolean[])
     AS t (body, repeats, kind, state, message_id, phone, at, blast_id, recipient_id, reason, device, since, erased)
ORDER BY digest
ON CONFLICT (digest) DO UPDATE SET repeats = i.repeats + 1 + excluded.repeats
