-- For the transaction: a COPY lasts as long as its rows take to come, which from a pipe may be long.
SELECT set_config('statement_timeout', '0', true)
