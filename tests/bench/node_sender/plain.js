// node plain.js FILE: a plain sender. Node's own fetch, 32 at a time, one INSERT a message over a pool of connections.
import pg from 'pg';
import { createTable, recipients } from './recipients.js';

const concurrency = 32;
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await database.query(createTable);
const headers = { 'content-type': 'application/json', 'x-wsapme-token': process.env.WSAPME_USER_TOKEN };
const device = process.env.WSAPME_DEVICE;

async function send({ phone, variables, text }) {
  const response = await fetch(`${process.env.WSAPME_API_URL}/v1/sendMessage2`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ device, to: phone, message: text }),
  });
  const answer = await response.json();
  if (!answer.success) throw new Error(answer.message);
  const { key, status, messageTimestamp } = answer.data;
  await database.query(
    `INSERT INTO sent_messages (phone_number, message_id, status, message_timestamp, variables, data)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [phone, key.id, status, messageTimestamp, variables, answer.data],
  );
}

const source = recipients(process.argv[2]);
async function worker() {
  for (let next = await source.next(); !next.done; next = await source.next()) await send(next.value);
}
await Promise.all(Array.from({ length: concurrency }, worker));
const { rows } = await database.query('SELECT count(*) AS sent FROM sent_messages');
console.log(JSON.stringify({ sent: Number(rows[0].sent) }));
await database.end();
