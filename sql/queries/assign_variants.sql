-- Splits the audience evenly over the message variants. A recipient's place follows from its number alone, so that
-- the same audience is split the same way in whatever order it comes. $1 how many variants.
UPDATE pg_temp.audience a SET variant = placed.variant
FROM (SELECT position, ((row_number() OVER (ORDER BY md5(phone_number), phone_number) - 1) % $1::integer)::smallint
                       AS variant
      FROM pg_temp.audience) placed
WHERE a.position = placed.position AND placed.variant <> 0
