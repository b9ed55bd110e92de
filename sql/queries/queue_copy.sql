-- Queues recipients of whom none has a number that another one of the blast has.
COPY blast_outbox (blast_id, phone_number, variables) FROM STDIN
