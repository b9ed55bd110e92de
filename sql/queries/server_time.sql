-- The database's clock, as epoch seconds.
SELECT date_part('epoch', now()) AS epoch
