const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `30m`, `12h` or `7d` in seconds; NaN for any other text. */
export function durationSeconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  return Number(number) * (SECONDS[unit] ?? Number.NaN);
}
