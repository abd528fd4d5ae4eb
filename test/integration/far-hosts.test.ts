import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasNamespaces, IN_A_NETWORK_OF_ITS_OWN, NetworkNamespace } from '../support/network-namespace.js';

const ROOT = join(import.meta.dirname, '..', '..');
const IPV6 = Array.from({ length: 8 }, (_, n) => `2001:db8::${n + 1}`);
const IPV4 = Array.from({ length: 4 }, (_, n) => `203.0.113.${n + 1}`);
/** http is allowed to this name only. */
const HOST = 'localhost';

/**
 * Nothing comes back from IPv6. Over IPv4 the first SYN packet of each connection is lost; Linux repeats it after a second, so
 * connecting takes that long.
 */
const RULES = `table inet test {
  set seen { type inet_service; flags dynamic; size 65535; }
  chain second_only { tcp sport @seen accept; add @seen { tcp sport } drop; }
  chain input {
    type filter hook input priority 0;
    ip6 daddr 2001:db8::/32 drop
    ip daddr 203.0.113.0/24 tcp flags & (syn | ack) == syn jump second_only
  }
}
`;

(hasNamespaces ? describe : describe.skip)(`TMDB ${IN_A_NETWORK_OF_ITS_OWN}`, () => {
  it('is reached over a link on which connecting takes a second, though its IPv6 addresses are dead', async () => {
    const network = await NetworkNamespace.create({ [HOST]: [...IPV6, ...IPV4] }, RULES);
    const server = join(ROOT, 'test', 'support', 'far-server.mjs');
    await network.start(process.execPath, [server]).printed(/ready/);
    const bin = join(ROOT, 'bin', 'movie-pipeline.js');
    const doctor = network.start(process.execPath, [bin, 'doctor', '--json'], {
      TMDB_API_KEY: '0123456789abcdef0123456789abcdef',
      TMDB_BASE_URL: `http://${HOST}/3`,
      JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
    });
    await doctor.end();
    expect(JSON.parse(doctor.stdout)).toContainEqual(
      expect.objectContaining({ check: 'key', verdict: 'ok' }),
    );
    await network.close();
  });
});
