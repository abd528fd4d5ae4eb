import type uPlot from 'uplot';
import { STATUS_TONE } from '../../components/status-badge';
import { dayOf } from '../../format';
import { ENDED, type Measure } from './measures';

const HEIGHT_PX = 132;
/** Small values are still visible. */
const MIN_BAR_PX = 3;
const DAY_S = 24 * 3_600;
const X_AXIS_STEPS = [1, 2, 7, 14, 30].map((days) => days * DAY_S);

interface ChartSettings {
  readonly width: number;
  /** Of the runs. */
  readonly count: number;
  /** From and to, in seconds since 1970. */
  readonly window: readonly [number, number];
  readonly measure: Measure;
  readonly onCursor: (plot: uPlot) => void;
}

/** The last days, or less where the runs that match the filters are all newer. */
export function chartWindow(days: number, times: readonly number[]): [number, number] {
  const nowS = Date.now() / 1_000;
  const first = Math.max(nowS - days * DAY_S, (times[0] ?? 0) - DAY_S / 2);
  return [first, nowS];
}

/** One bar for each run, in the colour of its status. */
export function chartOptions({ width, count, window, measure, onCursor }: ChartSettings): uPlot.Options {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name: string): string => colours.getPropertyValue(`--${name}`).trim();
  const text = { stroke: colour('text-muted'), font: `11px ${colour('sans')}` };
  const barPx = Math.max(1.5, Math.min(8, (0.5 * width) / count));
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    padding: [8, 0, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: 'runs' } },
    scales: {
      x: { time: true, range: () => [...window] },
      y: { range: (_, __, max) => [0, Math.max(max, 1) * 1.08] },
    },
    axes: [
      {
        ...text,
        grid: { show: false },
        ticks: { show: false },
        size: 22,
        space: 72,
        incrs: X_AXIS_STEPS,
        values: (_, at) => at.map((seconds) => dayOf(new Date(seconds * 1_000))),
      },
      {
        ...text,
        grid: { stroke: colour('line'), width: 1 },
        ticks: { show: false },
        size: 68,
        space: 26,
        incrs: [...measure.steps],
        values: (_, at) => at.map(measure.write),
      },
    ],
    series: [
      {},
      ...ENDED.map((status) => ({
        stroke: colour(FILL[STATUS_TONE[status]]),
        width: barPx,
        paths: bars,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [onCursor] },
  };
}

const FILL = { good: 'good-fill', warn: 'warn-fill', bad: 'bad-fill', neutral: 'neutral-fill' } as const;

const bars: uPlot.Series.PathBuilder = (plot, series, from, to) => {
  const stroke = new Path2D();
  const bottom = plot.valToPos(0, 'y', true);
  for (let index = from; index <= to; index++) {
    const [time, value] = [plot.data[0][index], plot.data[series]?.[index]];
    if (time === undefined || value === null || value === undefined) continue;
    // A failed run is visible in each chart.
    if (value === 0 && ENDED[series - 1] !== 'FAILED') continue;
    const x = plot.valToPos(time, 'x', true);
    stroke.moveTo(x, bottom);
    stroke.lineTo(x, Math.min(plot.valToPos(value, 'y', true), bottom - MIN_BAR_PX * devicePixelRatio));
  }
  return { stroke };
};
