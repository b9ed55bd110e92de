// node tuned.js: a tuned poller. undici with 32 connections, open messages read 10,000 at a time, statuses written 500 at a time by
// unnest. It claims nothing before it asks, so that two of it would ask about everything twice, and it keeps no history.
import pg from 'pg';
import { Pool } from 'undici';

const concurrency = 32;
const batchSize = 500;
const pageSize = 10000;
const select = `
  SELECT id, message_id, device FROM sent_messages
  WHERE id > $1 AND status <> 'REPLIED' AND (checked_at IS NULL OR checked_at < now() - interval '30 seconds')
  ORDER BY id LIMIT ${pageSize}`;
const update = `
  UPDATE sent_messages m SET status = told.status, c2s_timestamp = told.c2s_timestamp, checked_at = now()
  FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS told (id, status, c2s_timestamp) WHERE m.id = told.id`;

const connect = async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  return client;
};
const [reader, writer] = await Promise.all([connect(), connect()]);
const gateway = new Pool(process.env.WSAPME_API_URL, { connections: concurrency, pipelining: 1 });
const headers = { 'content-type': 'application/json', 'x-wsapme-token': process.env.WSAPME_USER_TOKEN };

async function* openMessages() {
  const read = async (after) => (await reader.query({ name: 'open', text: select, values: [after] })).rows;
  let next = read(0);
  for (;;) {
    const page = await next;
    if (page.length === 0) return;
    next = read(page[page.length - 1].id); // the next page is on its way while this one is asked about
    yield* page;
  }
}

let batch = [];
let checked = 0;
let writing = Promise.resolve();

function write() {
  const columns = [[], [], []];
  for (const told of batch) told.forEach((value, index) => columns[index].push(value));
  batch = [];
  writing = writing.then(() => writer.query({ name: 'write', text: update, values: columns }));
  return writing;
}

async function check({ id, message_id: messageId, device }) {
  const { body } = await gateway.request({
    path: '/v1/getMessageStatus',
    method: 'POST',
    headers,
    body: JSON.stringify({ device, messageId }),
  });
  const answer = await body.json();
  if (!answer.success) throw new Error(answer.message);
  batch.push([id, answer.data.status, answer.data.messageC2STimestamp ?? null]);
  checked += 1;
  if (batch.length >= batchSize) await write();
}

const source = openMessages();
async function worker() {
  for (let next = await source.next(); !next.done; next = await source.next()) await check(next.value);
}
await Promise.all(Array.from({ length: concurrency }, worker));
if (batch.length > 0) write();
await writing;
console.log(JSON.stringify({ checked }));
await gateway.close();
await Promise.all([reader.end(), writer.end()]);
