import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that does nothing but answer, in a process of its own: what its readers wait, they wait for the machine. */
const server = createServer((_request, response) => {
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
