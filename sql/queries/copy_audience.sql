-- Takes the rows of a CSV.
COPY pg_temp.audience (position, phone_number, variables) FROM STDIN
