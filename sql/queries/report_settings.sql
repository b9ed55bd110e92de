-- For the rest of the transaction: what compiling a report's statement saves is less than it costs. A page is read in the
-- order of its key, and only until it is full: a planner that takes the blast for a few rows reads and sorts all that is
-- left of it for each page. $1: nothing.
SELECT set_config('jit', 'off', true), set_config('enable_sort', 'off', true);
