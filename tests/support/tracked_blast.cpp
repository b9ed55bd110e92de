#include "support/tracked_blast.hpp"

#include <fmt/format.h>

namespace blast::test {

namespace {

std::string quoted_or_null(const std::string& text) {
    return text.empty() ? "NULL" : "'" + text + "'";
}

std::string ago(double seconds) {
    return fmt::format("now() - make_interval(secs => {})", seconds);
}

std::string counter_of(const std::string& state) {
    std::string name;
    for (const char c : state)
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
}

} // namespace

TrackedBlast::TrackedBlast(
    TemporaryDatabase& database, const std::string& tag, const std::string& device)
    : database_(database),
      tag_(tag),
      id_(std::stoll(database.value(fmt::format(
          "INSERT INTO blasts (blast_tag, messages, devices) VALUES ('{}', '[\"Hi\"]', ARRAY['{}']) RETURNING id",
          tag,
          device)))) {}

std::int64_t TrackedBlast::add(const MessageFixture& message) {
    const std::int64_t recipient = next_recipient_++;
    database_.query(fmt::format(
        "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, status, device, sent_at, message_timestamp,"
        " accepted_at, last_checked_at, jid_phone) VALUES ({}, {}, '{}', '{}', '{}', '{}', {}, floor(date_part('epoch', {})),"
        " date_trunc('second', {}), {}, {});"
        "INSERT INTO blast_counters (blast_id, slot, {}, last_sent_at) VALUES ({}, 0, 1, {})"
        " ON CONFLICT (blast_id, slot) DO UPDATE SET {} = blast_counters.{} + 1,"
        " last_sent_at = greatest(blast_counters.last_sent_at, excluded.last_sent_at);"
        "INSERT INTO status_history (blast_id, recipient_id, status, source) VALUES ({}, {}, 'PENDING', 'send')",
        id_, recipient, message.phone, message.message_id, message.status, message.device,
        ago(message.sent_ago), ago(message.sent_ago), ago(message.sent_ago),
        message.checked_ago < 0 ? "NULL" : ago(message.checked_ago),
        quoted_or_null(message.jid_phone), counter_of(message.status), id_, ago(message.sent_ago),
        counter_of(message.status), counter_of(message.status), id_, recipient));
    return recipient;
}

std::int64_t TrackedBlast::add(const AttemptFixture& attempt) {
    const std::int64_t recipient = next_recipient_++;
    const bool sending = attempt.state == "SENDING";
    database_.query(fmt::format(
        "INSERT INTO blast_outbox (blast_id, id, phone_number, variables, state, device, attempt_id, attempts, attempted_at,"
        " lease_until, ended_at) VALUES ({}, {}, '{}', '{{}}', '{}', {}, {}, {}, {}, {}, {});"
        "INSERT INTO blast_counters (blast_id, slot, {}) VALUES ({}, 0, 1)"
        " ON CONFLICT (blast_id, slot) DO UPDATE SET {} = blast_counters.{} + 1",
        id_, recipient, attempt.phone, attempt.state, quoted_or_null(attempt.device),
        attempt.attempted ? "gen_random_uuid()" : "NULL", attempt.attempted ? 1 : 0,
        attempt.attempted ? ago(attempt.begun_ago) : "NULL",
        sending ? ago(attempt.ended_ago) : "NULL",
        attempt.attempted && !sending ? ago(attempt.ended_ago) : "NULL", counter_of(attempt.state),
        id_, counter_of(attempt.state), counter_of(attempt.state)));
    return recipient;
}

void TrackedBlast::add_many(std::int64_t count, double sent_ago) {
    database_.query(fmt::format(
        "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, device, sent_at, message_timestamp,"
        " accepted_at, attempt_id, variables, wsapme_message_data)"
        " SELECT {0}, n, '+' || (60100000000 + n), '{1}-' || n, '5850', at, floor(date_part('epoch', at)),"
        " date_trunc('second', at), gen_random_uuid(),"
        " jsonb_build_object('name', 'Recipient ' || n, 'phone', '+' || (60100000000 + n)),"
        " jsonb_build_object('key', jsonb_build_object('remoteJid', (60100000000 + n) || '@s.whatsapp.net', 'fromMe', true,"
        " 'id', '{1}-' || n), 'message', jsonb_build_object('extendedTextMessage', jsonb_build_object('text',"
        " 'Hi Recipient ' || n || ', our Raya sale ends on Sunday. Reply for the list of offers.'), 'messageContextInfo',"
        " jsonb_build_object('messageSecret', md5(n::text))), 'messageTimestamp', '1768716040', 'status', 'PENDING')"
        " FROM (SELECT n, now() - make_interval(secs => {2} + {3} - n) AS at FROM generate_series(1, {3}) AS n) rows;"
        "INSERT INTO blast_counters (blast_id, slot, pending, last_sent_at) VALUES ({0}, 0, {3}, {4})",
        id_, tag_, sent_ago, count, ago(sent_ago)));
    next_recipient_ = count + 1;
}

std::string TrackedBlast::status(std::int64_t recipient) const {
    return column(recipient, "status");
}

std::string TrackedBlast::column(std::int64_t recipient, const std::string& name) const {
    return database_.value(fmt::format(
        "SELECT coalesce((SELECT ({})::text FROM blast_recipients WHERE blast_id = {} AND id = {}), '')",
        name, id_, recipient));
}

std::string TrackedBlast::history(std::int64_t recipient) const {
    return database_.value(fmt::format(
        "SELECT coalesce(string_agg(status || '/' || source, ' ' ORDER BY id), '') FROM status_history"
        " WHERE blast_id = {} AND recipient_id = {}",
        id_, recipient));
}

std::string counter_mistake(TemporaryDatabase& database) {
    return database.value(
        "WITH counted AS ("
        "  SELECT blast_id, sum(queued) AS queued, sum(sending) AS sending, sum(failed) AS failed,"
        "         sum(unconfirmed) AS unconfirmed, sum(dropped) AS dropped, sum(pending) AS pending,"
        "         sum(delivery_ack) AS delivery_ack, sum(read_ack) AS read_ack, sum(replied) AS replied,"
        "         sum(undeliverable) AS undeliverable FROM blast_counters GROUP BY blast_id"
        "), outbox AS ("
        "  SELECT blast_id, count(*) FILTER (WHERE state = 'QUEUED') AS queued,"
        "         count(*) FILTER (WHERE state = 'SENDING') AS sending, count(*) FILTER (WHERE state = 'FAILED') AS failed,"
        "         count(*) FILTER (WHERE state = 'UNCONFIRMED') AS unconfirmed,"
        "         count(*) FILTER (WHERE state = 'DROPPED') AS dropped FROM blast_outbox GROUP BY blast_id"
        "), sent AS ("
        "  SELECT blast_id, count(*) FILTER (WHERE status = 'PENDING') AS pending,"
        "         count(*) FILTER (WHERE status = 'DELIVERY_ACK') AS delivery_ack,"
        "         count(*) FILTER (WHERE status = 'READ_ACK') AS read_ack,"
        "         count(*) FILTER (WHERE status = 'REPLIED') AS replied,"
        "         count(*) FILTER (WHERE status = 'PENDING' AND undeliverable_at IS NOT NULL) AS undeliverable"
        "  FROM blast_recipients GROUP BY blast_id"
        ") SELECT coalesce(min('blast ' || b.id || ': ' || c || ' but ' || o || s), '')"
        " FROM blasts b LEFT JOIN counted c ON c.blast_id = b.id LEFT JOIN outbox o ON o.blast_id = b.id"
        " LEFT JOIN sent s ON s.blast_id = b.id"
        " WHERE (coalesce(c.queued, 0), coalesce(c.sending, 0), coalesce(c.failed, 0), coalesce(c.unconfirmed, 0),"
        "        coalesce(c.dropped, 0), coalesce(c.pending, 0), coalesce(c.delivery_ack, 0), coalesce(c.read_ack, 0),"
        "        coalesce(c.replied, 0), coalesce(c.undeliverable, 0))"
        "    <> (coalesce(o.queued, 0), coalesce(o.sending, 0), coalesce(o.failed, 0), coalesce(o.unconfirmed, 0),"
        "        coalesce(o.dropped, 0), coalesce(s.pending, 0), coalesce(s.delivery_ack, 0), coalesce(s.read_ack, 0),"
        "        coalesce(s.replied, 0), coalesce(s.undeliverable, 0))");
}

} // namespace blast::test
