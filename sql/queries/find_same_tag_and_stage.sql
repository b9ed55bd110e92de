-- The newest blast of this tag and stage. $1 tag, $2 stage.
SELECT id FROM blasts WHERE blast_tag = $1::text AND follow_up_stage = $2::text ORDER BY id DESC LIMIT 1
