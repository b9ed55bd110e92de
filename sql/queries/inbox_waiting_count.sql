-- How many events wait for what they are about.
SELECT count(*) AS waiting FROM webhook_inbox WHERE state = 'WAITING'
