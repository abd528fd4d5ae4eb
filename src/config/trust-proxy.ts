import { BlockList, isIP } from 'node:net';

/** Express's names for private address ranges. */
export const NAMED_RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];
/** The widest range: no operator has more proxies. A client in the range could forge the address that is throttled. */
const WIDEST = { 4: 8, 6: 16 } as const;
/** A number of proxies, or a comma-separated list of addresses, ranges and named ranges. */
export function isTrustProxy(value: string): boolean {
  return /^[1-9]\d?$/.test(value) || value.split(',').every((part) => isAddressRange(part.trim()));
}

function isAddressRange(value: string): boolean {
  if (NAMED_RANGES.includes(value)) return true;
  const [address = '', prefix, more] = value.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  if (prefix === undefined) return true;
  if (!/^[1-9]\d{0,2}$/.test(prefix) || Number(prefix) > (version === 4 ? 32 : 128)) return false;
  return Number(prefix) >= (version === 4 ? WIDEST[4] : widestIpv6(address, Number(prefix)));
}

/** A range that has IPv4-mapped addresses (::ffff:0:0/96) is limited like one of IPv4. */
function widestIpv6(address: string, prefix: number): number {
  const range = new BlockList();
  range.addSubnet(address, Math.min(prefix, 96), 'ipv6');
  return range.check('::ffff:0:0', 'ipv6') ? 96 + WIDEST[4] : WIDEST[6];
}
