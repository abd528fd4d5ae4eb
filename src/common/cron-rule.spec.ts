import { describe, expect, it } from '@jest/globals';
import { cronFault, isTimeZone } from './cron-rule.js';

describe('cronFault', () => {
  it.each([
    '0 */6 * * *',
    '0 3 * * *',
    '0 2 * * 0',
    '0 2 * * SUN',
    '*/15 * * * *',
    '0-59/45 * * * *',
    '0,45 * * * *',
    '5-50/15 8-18 * * mon-fri',
    '0 0 29 2 *',
    '0 0 1 jan,jul *',
    '0 0 1-31/2 * *',
    '0 0 */1 * 7',
    '  0   3 * * *  ',
  ])('accepts %j', (cron) => {
    expect(cronFault(cron)).toBeNull();
  });

  it.each([
    ['', 'five fields'],
    ['0 3 * *', 'five fields'],
    ['0 0 3 * * *', 'five fields'],
    ['@daily', 'five fields'],
    ['60 3 * * *', '"60" in the minute is not valid'],
    ['0 24 * * *', '0 to 23'],
    ['0 sun * * *', '"sun" in the hour'],
    ['0 montue * * *', '"montue" in the hour'],
    ['0 3 0 * *', '1 to 31'],
    ['0 3 * * 8', '0 to 7, or sun to sat'],
    ['0 3 * monday *', 'jan to dec'],
    ['-5 3 * * *', '"-5" in the minute'],
    ['0 3 ? * *', '"?" in the day of the month'],
    ['0 3, * * *', '"" in the hour'],
    ['0 3 * * 1#2', '"1#2"'],
    [`0 3 * * ${'1,'.repeat(100)}1`, 'more than 100 characters'],
  ])('rejects the malformed rule %j: %s', (cron, reason) => {
    expect(cronFault(cron)).toContain(reason);
  });

  it.each([
    ['0 */72 * * *', '"*/72" in the hour fires at 0 only'],
    ['*/60 * * * *', 'fires at 0 only'],
    ['*/45 * * * *', 'does not mean every 45 (it restarts after 60): write 0-59/45'],
    ['0 */5 * * *', 'write 0-23/5'],
    ['0 0 */2 * *', 'write 1-31/2'],
    ['0 0 * * */2', 'write 0-6/2'],
    ['0 0 1 */5 *', 'write 1-12/5'],
    ['*/0 * * * *', 'is not a step'],
    ['5/15 * * * *', 'write 5-59/15'],
    ['0-10/20 * * * *', 'fires at 0 only'],
    ['0 3 * * fri-mon', 'runs backwards'],
    ['0 0 13 * 5', 'Set one of them to *'],
  ])('rejects the misleading rule %j: %s', (cron, reason) => {
    expect(cronFault(cron)).toContain(reason);
  });

  it.each(['0 0 31 2 *', '0 0 30 feb *', '0 0 31 4,6,9,11 *'])('rejects %j, which never fires', (cron) => {
    expect(cronFault(cron)).toContain('never fires');
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    'accepts the time zone %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(['', 'Paris', 'local', 'system', '+05:30', 'utc+3', 'Europe/Paris\0', '../etc/passwd'])(
    'rejects %j, which names no time zone',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
