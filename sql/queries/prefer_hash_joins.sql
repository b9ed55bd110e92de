-- For the transaction: right after a blast is queued the planner knows nothing of its rows, takes them for one, and
-- would join by nested loops that cost the square of a group.
SELECT set_config('enable_nestloop', 'off', true)
