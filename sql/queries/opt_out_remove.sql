-- Phones that may be written to again. $1 phones. Returns those that were on the list.
DELETE FROM opt_outs WHERE phone_number = ANY ($1::text[]) RETURNING phone_number
