-- Takes those who have opted out from the audience. Returns how many rows they had.
WITH left_out AS (
    DELETE FROM pg_temp.audience a
    WHERE EXISTS (SELECT FROM opt_outs o WHERE o.phone_number = a.phone_number)
    RETURNING 1
)
SELECT count(*) AS left_out FROM left_out
