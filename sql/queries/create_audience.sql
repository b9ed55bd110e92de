-- Who a new blast is for, while it is put together: rows of a CSV or of an earlier blast, those that will be left out
-- included. It lives as long as the transaction, so it works behind a transaction pooler.
CREATE TEMPORARY TABLE audience (
    position     bigint NOT NULL,                 -- in the file
    phone_number text COLLATE "C" NOT NULL,       -- E.164
    variables    jsonb NOT NULL,                  -- the CSV's columns
    variant      smallint NOT NULL DEFAULT 0      -- index into blasts.messages
) ON COMMIT DROP
