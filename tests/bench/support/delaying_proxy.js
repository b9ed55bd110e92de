// node delaying_proxy.js TARGET_PORT MILLISECONDS: a TCP proxy on loopback that holds every byte for so long, in each
// direction. Prints its own port. For the round trips of the benchmarks, where few bytes pass.
const net = require('node:net');

const [target, milliseconds] = process.argv.slice(2).map(Number);

// Timers of one length fire in the order in which they were set, so bytes keep theirs.
function pass(from, to) {
  from.on('data', (bytes) => setTimeout(() => to.write(bytes), milliseconds));
  from.on('end', () => setTimeout(() => to.end(), milliseconds));
  from.on('error', () => to.destroy());
  from.on('close', () => setTimeout(() => to.destroy(), milliseconds + 1));
}

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = net.connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
  pass(client, upstream);
  pass(upstream, client);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => console.log(server.address().port));
