-- Of several rows of the audience with one number the first stays. Returns how many rows are left out.
WITH left_out AS (
    DELETE FROM pg_temp.audience
    WHERE position IN (SELECT position
                       FROM (SELECT position, row_number() OVER (PARTITION BY phone_number ORDER BY position) AS occurrence
                             FROM pg_temp.audience) numbered
                       WHERE occurrence > 1)
    RETURNING 1
)
SELECT count(*) AS left_out FROM left_out
