import { isIPv4, isIPv6 } from 'node:net';

/** The networks that a client is counted by. */
export interface ClientNetworks {
  /** An IPv4 address itself; of an IPv6 address the /64, which one subscriber usually controls. */
  readonly line: string;
  /** Of an IPv6 address the /48, which is the largest network that providers give to one site. Null for IPv4. */
  readonly site: string | null;
}

/** An IPv4-mapped IPv6 address counts as its IPv4 address. All text that is no address counts as one network. */
export function clientNetworks(address: string): ClientNetworks {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return { line: bare, site: null };
  if (!isIPv6(bare)) return { line: 'unknown', site: null };
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(6).map((group) => parseInt(group, 16));
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') {
    return { line: [high >> 8, high & 255, low >> 8, low & 255].join('.'), site: null };
  }
  return { line: `${groups.slice(0, 4).join(':')}::/64`, site: `${groups.slice(0, 3).join(':')}::/48` };
}

/** The eight groups in lower case, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const leading = head === '' ? [] : head.split(':');
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - leading.length - trailing.length).fill('0');
  return [...leading, ...zeros, ...trailing];
}
