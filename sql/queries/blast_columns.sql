-- The columns that a blast's recipients have, in the order of the CSV. $1 blast.
SELECT unnest(columns) AS name FROM blasts WHERE id = $1::bigint
