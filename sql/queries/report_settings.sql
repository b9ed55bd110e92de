-- For the rest of the transaction: what compiling a report's statement saves is less than it costs. $1: nothing.
SELECT set_config('jit', 'off', true);
