-- A row for each device that sends. $1 devices.
INSERT INTO devices (device) SELECT DISTINCT unnest($1::text[]) ON CONFLICT (device) DO NOTHING
