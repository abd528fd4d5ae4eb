import { BlockList, isIP, isIPv4 } from 'node:net';

const PRIVATE = new BlockList();
/**
 * Private use, shared, link-local (with the metadata services of clouds), benchmarking, multicast and reserved; of IPv6 also
 * NAT64 and 6to4, whose addresses contain an IPv4 address that may be private.
 */
for (const [network, prefix] of [
  ...[['0.0.0.0', 8] as const, ['10.0.0.0', 8] as const, ['100.64.0.0', 10] as const],
  ...[['169.254.0.0', 16] as const, ['172.16.0.0', 12] as const, ['192.168.0.0', 16] as const],
  ...[['192.0.0.0', 24] as const, ['198.18.0.0', 15] as const, ['224.0.0.0', 3] as const],
]) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ...[['fc00::', 7] as const, ['fe80::', 10] as const, ['fec0::', 10] as const, ['ff00::', 8] as const],
  ...[['64:ff9b::', 96] as const, ['2002::', 16] as const],
]) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}
PRIVATE.addAddress('::', 'ipv6');

/** @param hostname as URL gives it, with brackets around IPv6 */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an IP address is one of this machine. IPv4-mapped IPv6 counts as IPv4. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** Whether an IP address belongs to a private network. Loopback does not. IPv4-mapped IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && PRIVATE.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
