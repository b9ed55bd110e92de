-- For wrk: what a poller posts, so that the gateway's own limit is measured with the same bytes.
wrk.method = "POST"
wrk.path = "/v1/getMessageStatus"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-wsapme-token"] = "bench-token"
wrk.body = '{"device":"5850","messageId":"3EB00123456789ABCDEF0123456789ABCDEF"}'
