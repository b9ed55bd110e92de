-- For the transaction that begins, whatever the role or the database is set to: its commit is on the disk once it is
-- answered, no limit of time ends it, times are read and written in one way, and the tables are found in public where
-- the role's own search_path does not lead to them. remote_apply, which waits for more than on does, stays.
-- transaction_timeout came with PostgreSQL 17.
SELECT set_config('synchronous_commit',
                  CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),
       set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
       set_config('idle_in_transaction_session_timeout', '0', true),
       set_config(CASE WHEN current_setting('server_version_num')::integer < 170000 THEN 'lock_timeout'
                       ELSE 'transaction_timeout' END, '0', true),
       set_config('DateStyle', 'ISO, MDY', true), set_config('TimeZone', 'UTC', true),
       set_config('IntervalStyle', 'postgres', true),
       set_config('search_path', current_setting('search_path') || ', public', true)
