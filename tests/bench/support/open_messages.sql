-- psql -v count=N: a blast of N messages, sent an hour ago and never asked about, as blast-send records them.
INSERT INTO blasts (id, blast_tag, total_recipients, messages, devices) VALUES (1, 'bench', :count, '["Hi"]', '{5850}');
INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, device, sent_at, message_timestamp, accepted_at, attempt_id,
                              variables, wsapme_message_data)
SELECT 1, n, '+' || (60120000000 + n), '3EB0' || upper(md5(n::text)), '5850', now() - interval '1 hour',
       floor(date_part('epoch', now() - interval '1 hour')), date_trunc('second', now() - interval '1 hour'), gen_random_uuid(),
       jsonb_build_object('name', 'Customer ' || n, 'phone', '+' || (60120000000 + n), 'city', 'Kuala Lumpur'),
       jsonb_build_object('key', jsonb_build_object('remoteJid', (60120000000 + n) || '@s.whatsapp.net', 'fromMe', true,
                                                    'id', '3EB0' || upper(md5(n::text))),
                          'message', jsonb_build_object('extendedTextMessage', jsonb_build_object(
                              'text', 'Hi Customer ' || n || ', see you in Kuala Lumpur!')),
                          'messageTimestamp', '1768716040', 'status', 'PENDING')
FROM generate_series(1, :count) AS n;
INSERT INTO blast_counters (blast_id, slot, pending, last_sent_at) VALUES (1, 0, :count, now() - interval '1 hour');
