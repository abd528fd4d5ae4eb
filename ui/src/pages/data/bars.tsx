import type { ComponentChildren, JSX } from 'preact';
import { percent } from '../../format';

interface Bar {
  readonly key: string;
  readonly name: ComponentChildren;
  /** From 0 to 1. */
  readonly share: number;
  /** What the share amounts to. */
  readonly value: string;
  readonly tone?: 'active' | 'warn' | 'bad' | 'neutral';
}

interface BarsProps {
  readonly caption: string;
  /** Of the name, the share and the value. */
  readonly heads: readonly [string, string, string];
  readonly rows: readonly Bar[];
  readonly class?: string;
}

/** A table whose shares are drawn as bars. */
export function Bars({ caption, heads, rows, class: name = '' }: BarsProps): JSX.Element {
  return (
    <table class={`bars ${name}`}>
      <caption class="visually-hidden">{caption}</caption>
      <thead class="visually-hidden">
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name: label, share, value, tone = 'active' }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            <td class="bar-cell">
              <span class="bar" aria-hidden="true">
                <span class={`bar-fill tone-${tone}`} style={{ inlineSize: `${share * 100}%` }} />
              </span>
              <span class="number">{percent(share)}</span>
            </td>
            <td class="number muted">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
