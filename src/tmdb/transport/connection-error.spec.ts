import { describe, expect, it } from '@jest/globals';
import { connectionError } from './connection-error.js';

const NOW = new Date('2001-02-03T04:05:06Z');
const messageOf = (facts: object): string =>
  connectionError(Object.assign(new Error('secret'), facts), NOW).message;

describe('connectionError', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'has expired by the clock of this machine, which is at 2001-02-03'],
    ['CERT_NOT_YET_VALID', 'is not valid yet by the clock of this machine, which is at 2001-02-03'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'set NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'set NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not answer with TLS'],
    ['UND_ERR_HEADERS_TIMEOUT', 'The proxy in HTTPS_PROXY does not respond'],
    ['EAI_AGAIN', 'cannot be resolved'],
    ['ECONNRESET', 'was lost'],
  ])('names the fault of %s and never its text', (code, expected) => {
    expect(messageOf({ code })).toContain(expected);
    expect(messageOf({ code })).not.toContain('secret');
  });

  it('names the fault of the TLS connection to the proxy', () => {
    const cause = { code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
    expect(messageOf({ code: 'UND_ERR_PRX_TLS', cause })).toContain('for another host');
  });

  it('names each address that did not answer', () => {
    const message =
      'Connect Timeout Error (attempted addresses: 192.0.2.1:443, 2001:db8::1:443, timeout: 7500ms)';
    expect(messageOf({ code: 'UND_ERR_CONNECT_TIMEOUT', message })).toContain(
      '(192.0.2.1:443 ETIMEDOUT, 2001:db8::1:443 ETIMEDOUT)',
    );
  });
});
