#pragma once

/// What `wsapme-sim --help` says around the list of flags.
namespace blast::sim::help {

inline constexpr const char* description =
    "A local stand-in for the WSAPME gateway: takes messages, tells their status, posts receipts and replies,\n"
    "and fails in every way that a gateway can. For developers and tests; it serves this machine only.";

inline constexpr const char* details_and_examples =
    R"(Shares (--delivered, --read, --replied, --undeliverable) are parts of all accepted messages: a probability (0.96),
or a fraction (240/250) that each run of so many messages meets exactly. What is left out is 240/250, 180/250,
50/250 and 0.

Faults: KIND=P meets each request with probability P; KIND=P:N does so N times at most; KIND@K meets the K-th
request, KIND@K-M the K-th to the M-th. A request meets one fault at most. Kinds:
  http-NNN      HTTP NNN (300 to 599) with a JSON body; 429 and 503 carry Retry-After   not accepted
  html-NNN      the same with a proxy's HTML page: html-502                             not accepted
  refused       HTTP 200 with success:false and the words of --refusal                  not accepted
  reset-before  the connection is reset before anything is done                         not accepted
  reset-after   the connection is reset instead of an answer                            accepted
  slow          the answer comes after --slow-for                                       accepted
  garbage       HTTP 200, the answer is no JSON                                         accepted
  empty         HTTP 200, the answer is empty                                           accepted
  no-id         success:true without a message id                                       accepted
  accepted-NNN  the usual answer under HTTP NNN                                         accepted
  flat          the usual answer in the shape of /v1/sendMessage                        accepted
--status-fault takes http-NNN, html-NNN, refused, reset-before, reset-after, slow, garbage and empty too, and
  boolean-status, number-status, unknown-status: a status that is none.

Accepted messages are in the journal before they are answered, one JSON line each:
  {"time":1768716040.123456,"to":"+60123456789","id":"3EB0...","text":"Hi","device":"5850"}
A restart with the same journal and seed goes on answering for them. GET /sim/stats tells counts of everything.

Examples:
  wsapme-sim --listen 127.0.0.1:0                                  any token, any device; prints its address
  wsapme-sim --listen 127.0.0.1:8088 --token t --device 5850 --journal sent.jsonl
  wsapme-sim --listen 127.0.0.1:8088 --speed 20000 --events events.jsonl   later: blast-hook --ingest events.jsonl
  wsapme-sim --listen 127.0.0.1:8088 --speed 1000 --webhook http://127.0.0.1:8080/hook/SECRET
  wsapme-sim --listen 127.0.0.1:8088 --fault http-429=0.05 --fault reset-after@3 --fault slow=0.01 --slow-for 30s

Exit status: 0 stopped by SIGINT or SIGTERM; 2 wrong usage; 3 the address cannot be taken.)";

} // namespace blast::sim::help
