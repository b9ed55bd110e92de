-- For the transaction: right after a blast is queued the planner knows nothing of its rows, takes them for one, and
-- would join by nested loops that cost the square of a group. The price that it puts on the loops that are left would
-- make it compile each statement, which takes longer than to run it.
SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)
