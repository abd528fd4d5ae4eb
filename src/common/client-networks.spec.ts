import { expect, it } from '@jest/globals';
import { clientNetworks } from './client-networks.js';

it.each([
  ['192.0.2.1', '192.0.2.1', null],
  ['::ffff:192.0.2.1', '192.0.2.1', null],
  ['::FFFF:C000:201', '192.0.2.1', null],
  ['0:0:0:0:0:ffff:c000:201', '192.0.2.1', null],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
  ['rubbish', 'unknown', null],
  ['', 'unknown', null],
  ['192.0.2.1:4711', 'unknown', null],
])('a client at %s is counted by the networks %s and %s', (address, line, site) => {
  expect(clientNetworks(address)).toEqual({ line, site });
});
