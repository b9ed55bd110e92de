-- Messages that replies may answer: sent to these phones, or to a number that WhatsApp rewrote to one of them. A phone that
-- messages to several numbers have for theirs (a gateway that answers the same remoteJid for all) identifies none of them.
-- $1 phones. When a message counts as sent: see sent_by_message_id.sql.
SELECT phone, blast_id, id, message_id, device,
       floor(least(date_part('epoch', sent_at),
                   CASE WHEN message_timestamp > date_part('epoch', sent_at) - 2592000
                        THEN message_timestamp END))::bigint
FROM (SELECT phone_number AS phone, * FROM blast_recipients WHERE phone_number = ANY ($1::text[])
      UNION ALL
      SELECT jid_phone AS phone, * FROM blast_recipients
      WHERE jid_phone = ANY ($1::text[]) AND jid_phone <> phone_number
        AND jid_phone IN (SELECT jid_phone FROM blast_recipients WHERE jid_phone = ANY ($1::text[])
                          GROUP BY jid_phone HAVING min(phone_number) = max(phone_number))) sent
