-- Splits a blast's queue evenly over its message variants. A recipient's place follows from its number alone, so that
-- the same audience is split the same way in whatever order it comes. $1 blast, $2 how many variants.
UPDATE blast_outbox o SET variant = placed.variant
FROM (SELECT id, ((row_number() OVER (ORDER BY md5(phone_number), phone_number) - 1) % $2::integer)::smallint AS variant
      FROM blast_outbox WHERE blast_id = $1::bigint) placed
WHERE o.blast_id = $1::bigint AND o.id = placed.id AND o.variant <> placed.variant
