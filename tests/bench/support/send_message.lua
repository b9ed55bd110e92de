-- For wrk: what a sender posts, so that the gateway's own limit is measured with the same bytes.
wrk.method = "POST"
wrk.path = "/v1/sendMessage2"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-wsapme-token"] = "bench-token"
wrk.body = '{"device":"5850","to":"+60122000001","message":"Hi Customer 1, see you in Kuala Lumpur!"}'
