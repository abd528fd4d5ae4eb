import { createServer } from 'node:net';

const TRIES = 100;

/** The first port from `first` on that nothing listens on. */
export async function freePort(first: number, host: string): Promise<number> {
  for (let port = first; port < first + TRIES; port++) {
    if (await isFree(port, host)) return port;
  }
  throw new Error(`Every port from ${first} to ${first + TRIES - 1} is taken. End what listens there.`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
