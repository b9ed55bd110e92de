-- Whether one of a person's numbers is on the opt-out list. $1 numbers.
SELECT EXISTS (SELECT 1 FROM opt_outs WHERE phone_number = ANY ($1::text[])) AS opted_out
