/** A TMDB at port 80 of all addresses that accepts every key. Prints "ready". */
import { once } from 'node:events';
import { createServer } from 'node:http';

const server = createServer((_, response) => {
  response.setHeader('Content-Type', 'application/json').end('{"success":true}');
});
await once(server.listen(80, '::'), 'listening');
process.stdout.write('ready\n');
