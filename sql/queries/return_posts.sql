-- Claimed but proven never posted: they do not count for the daily cap of the day in which they were counted, if it is not
-- over. $1 device, $2 how many, $3 which day.
UPDATE devices SET day_posts = greatest(0, day_posts - $2::integer) WHERE device = $1::text AND day = $3::date
