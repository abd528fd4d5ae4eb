import { isIPv6 } from 'node:net';

/**
 * The network that a client is counted by: an IPv4 address itself; of an IPv6 address the /64, because one subscriber
 * usually controls all of it. An IPv4-mapped IPv6 address counts as its IPv4 address; other text is returned unchanged.
 */
export function clientNetwork(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined || !isIPv6(bare)) return mapped ?? address;
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const leading = head === '' ? [] : head.split(':');
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - leading.length - trailing.length).fill('0');
  return `${[...leading, ...zeros, ...trailing].slice(0, 4).join(':')}::/64`;
}
