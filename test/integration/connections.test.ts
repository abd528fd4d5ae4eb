import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { limitServer } from '../../src/app/http/connection-limits.js';
import { drain } from '../../src/app/http/connection-drain.js';
import { FakeClock } from '../support/fake-clock.js';

let server: Server;
let answer: (text: string) => void;
let asked: Promise<unknown>;

beforeEach(async () => {
  server = createServer((_, response) => {
    answer = (text) => response.setHeader('Connection', 'close').end(text);
  });
  asked = once(server, 'request');
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

async function ask(): Promise<Socket> {
  const socket = await open();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await asked;
  return socket;
}

async function rest(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

it('an answer that is under way when the service closes still arrives', async () => {
  const socket = await ask();
  const closed = once(server, 'close');
  drain(server, new FakeClock());
  answer('here it is');
  expect(await rest(socket)).toMatch(/here it is$/);
  await closed;
});

it('a connection that stays busy is closed after 3 seconds', async () => {
  const clock = new FakeClock();
  const socket = await ask();
  const closed = once(server, 'close');
  drain(server, clock);
  await clock.advance(2_999);
  expect(server.listening).toBe(false);
  expect(socket.readyState).toBe('open');
  await clock.advance(1);
  expect(await rest(socket).catch(() => '')).toBe('');
  await closed;
});

it('nobody who is new gets in', async () => {
  const closed = once(server, 'close');
  drain(server, new FakeClock());
  await closed;
  await expect(open()).rejects.toThrow();
});

it('a request that dribbles in has 10 seconds for its headers and 30 in all', () => {
  limitServer(server);
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
});
