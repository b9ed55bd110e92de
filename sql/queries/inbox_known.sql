-- Which bodies have come before. $1 bodies. Returns their places in the array, from 1.
SELECT t.place FROM unnest($1::text[]) WITH ORDINALITY AS t (body, place)
WHERE (SELECT count(*) FROM webhook_inbox i WHERE i.digest = sha256(convert_to(t.body, 'UTF8'))) > 0
