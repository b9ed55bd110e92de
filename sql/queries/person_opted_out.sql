-- Whether a phone is on the opt-out list. $1 phone.
SELECT EXISTS (SELECT 1 FROM opt_outs WHERE phone_number = $1::text)
