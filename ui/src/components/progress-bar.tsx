import type { JSX } from 'preact';

interface ProgressBarProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** What a screen reader reads for the value, such as `3 of 10 pages`. */
  readonly text: string;
  readonly tone?: 'active' | 'good' | 'warn' | 'bad' | 'neutral';
}

export function ProgressBar({ label, value, max, text, tone = 'active' }: ProgressBarProps): JSX.Element {
  const share = max === 0 ? 1 : Math.min(value / max, 1);
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      aria-valuetext={text}
    >
      <div class={`progress-fill tone-${tone}`} style={{ inlineSize: `${share * 100}%` }} />
    </div>
  );
}
