-- Claimed but proven never posted: they do not count for the daily cap. $1 device, $2 how many.
UPDATE devices SET day_posts = greatest(0, day_posts - $2::integer) WHERE device = $1::text
