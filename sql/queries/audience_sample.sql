-- The first of the audience. $1 how many.
SELECT phone_number, variables, variant FROM pg_temp.audience ORDER BY position LIMIT $1::integer
