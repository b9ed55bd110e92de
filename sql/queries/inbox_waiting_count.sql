-- How many events wait for what they are about.
SELECT count(*) FROM webhook_inbox WHERE state = 'WAITING'
