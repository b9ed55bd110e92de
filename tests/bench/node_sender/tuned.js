// node tuned.js FILE [CONCURRENCY]: a tuned sender. undici with so many connections (32), records 500 at a time by unnest.
// It claims nothing before it sends: a crash loses what it has not recorded.
import pg from 'pg';
import { Pool } from 'undici';
import { createTable, recipients } from './recipients.js';

const concurrency = Number(process.argv[3] ?? 32);
const batchSize = 500;
const insert = `
  INSERT INTO sent_messages (phone_number, message_id, status, message_timestamp, variables, data)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[], $6::jsonb[])`;

const database = new pg.Client({ connectionString: process.env.DATABASE_URL });
await database.connect();
await database.query(createTable);
const gateway = new Pool(process.env.WSAPME_API_URL, { connections: concurrency, pipelining: 1 });
const headers = { 'content-type': 'application/json', 'x-wsapme-token': process.env.WSAPME_USER_TOKEN };
const device = process.env.WSAPME_DEVICE;

let batch = [];
let recording = Promise.resolve();

function record() {
  const columns = [[], [], [], [], [], []];
  for (const message of batch) message.forEach((value, index) => columns[index].push(value));
  batch = [];
  recording = recording.then(() => database.query({ name: 'record', text: insert, values: columns }));
  return recording;
}

async function send({ phone, variables, text }) {
  const { body } = await gateway.request({
    path: '/v1/sendMessage2',
    method: 'POST',
    headers,
    body: JSON.stringify({ device, to: phone, message: text }),
  });
  const answer = await body.json();
  if (!answer.success) throw new Error(answer.message);
  const { key, status, messageTimestamp } = answer.data;
  batch.push([phone, key.id, status, messageTimestamp, JSON.stringify(variables), JSON.stringify(answer.data)]);
  if (batch.length >= batchSize) await record();
}

const source = recipients(process.argv[2]);
async function worker() {
  for (let next = await source.next(); !next.done; next = await source.next()) await send(next.value);
}
await Promise.all(Array.from({ length: concurrency }, worker));
if (batch.length > 0) record();
await recording;
const { rows } = await database.query('SELECT count(*) AS sent FROM sent_messages');
console.log(JSON.stringify({ sent: Number(rows[0].sent) }));
await gateway.close();
await database.end();
