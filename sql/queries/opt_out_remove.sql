-- Phones that may be written to again. $1 phones. Returns those that were on the list.
DELETE FROM opt_outs
WHERE phone_number = ANY (ARRAY(SELECT phone_number FROM opt_outs WHERE phone_number = ANY ($1::text[])
                                ORDER BY phone_number FOR UPDATE))
RETURNING phone_number
