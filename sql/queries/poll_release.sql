-- Lets go of claims whose messages were all written or told nothing. A claim that ended and was taken over has another
-- UUID. $1 blast, $2 claims.
DELETE FROM check_claims WHERE blast_id = $1::bigint AND claim_id = ANY ($2::uuid[])
