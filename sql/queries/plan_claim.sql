-- For the transaction of a claim, as disable_nested_loops.sql, and more: the queue has to be read in the order of its key, and only
-- until the claim has its rows. A planner that takes the queue for a few rows reads all that is left of it and sorts it,
-- at each claim.
SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true), set_config('enable_sort', 'off', true)
