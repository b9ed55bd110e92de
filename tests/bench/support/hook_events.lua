-- For wrk: what the gateway posts about the messages "m-1" to "m-RECIPIENTS" of tests/bench/hook, each event once. Of twenty,
-- twelve tell of a delivery, six of a reading, one is a reply and one is about a message that is not ours.
local recipients = tonumber(os.getenv("BENCH_RECIPIENTS"))
local path = "/hook/" .. os.getenv("BLAST_HOOK_SECRET")
local headers = { ["Content-Type"] = "application/json" }
local count, delivered, read, replied = 0, 0, 0, 0

local function status(id, word)
    return string.format('{"key":{"remoteJid":"%d@s.whatsapp.net","fromMe":true,"id":"m-%d"},"messageTimestamp":"%d",'
        .. '"status":"%s"}', 60100000000 + id, id, os.time(), word)
end

local function next_event()
    count = count + 1
    local kind = count % 20
    if kind < 12 then
        delivered = delivered + 1
        return status((delivered - 1) % recipients + 1, "DELIVERY_ACK")
    elseif kind < 18 then
        read = read + 1
        return status((read - 1) % recipients + 1, "READ_ACK")
    elseif kind == 18 then
        replied = replied + 1
        return string.format('{"type":"text","message":"Nak order %d","file":"","from":"%d@c.us","timestamp":%d,'
            .. '"dataReceiver":{"jid":"601140464720@s.whatsapp.net","name":"Demo","phone":{},"imgUrl":""}}',
            count, 60100000000 + (replied - 1) % recipients + 1, os.time())
    end
    return string.format('{"messageId":"foreign-%d","status":"READ_ACK"}', count)
end

function request()
    return wrk.format("POST", path, headers, next_event())
end

-- "answered refused seconds p50_ms p99_ms slowest_ms", on a line of its own.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("RESULT %d %d %.3f %.2f %.2f %.2f\n", summary.requests - errors.status,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
