-- One transaction at a time looks for a twin of this tag and stage and queues. $1 tag, $2 stage.
SELECT pg_advisory_xact_lock(hashtextextended($1::text || E'\n' || $2::text, 7165027212))
