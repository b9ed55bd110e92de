-- Messages were accepted while the device goes at half rate. $1 device, $2 how many.
UPDATE devices SET slow_left = greatest(0, slow_left - $2::integer) WHERE device = $1::text AND slow_left > 0
