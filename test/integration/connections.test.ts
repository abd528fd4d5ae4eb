import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { drain } from '../../src/app/http/connection-drain.js';
import { FakeClock } from '../support/fake-clock.js';

let server: Server;
let respond: (text: string) => void;
let received: Promise<unknown>;

beforeEach(async () => {
  server = createServer((_, response) => {
    respond = (text) => response.setHeader('Connection', 'close').end(text);
  });
  received = once(server, 'request');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function sendRequest(): Promise<Socket> {
  const socket = await open();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await received;
  return socket;
}

async function rest(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

it('a response in progress arrives after the service has begun to close', async () => {
  const socket = await sendRequest();
  const closed = once(server, 'close');
  drain(server, new FakeClock());
  respond('here it is');
  expect(await rest(socket)).toMatch(/here it is$/);
  await closed;
});

it('a connection that stays busy is closed after 3 seconds', async () => {
  const clock = new FakeClock();
  const socket = await sendRequest();
  const closed = once(server, 'close');
  drain(server, clock);
  await clock.advance(2_999);
  expect(server.listening).toBe(false);
  expect(socket.readyState).toBe('open');
  await clock.advance(1);
  expect(await rest(socket).catch(() => '')).toBe('');
  await closed;
});

it('a service that closes accepts no new connection', async () => {
  const closed = once(server, 'close');
  drain(server, new FakeClock());
  await closed;
  await expect(open()).rejects.toThrow();
});
