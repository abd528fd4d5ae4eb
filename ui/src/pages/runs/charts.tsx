import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { STATUS_TONE, STATUS_WORD } from '../../components/status-badge';
import { momentOf } from '../../format';
import { navigate } from '../../router';
import { runName } from '../../run-words';
import { chartOptions, chartWindow } from './chart-options';
import { ENDED, type EndedRun, type Measure } from './measures';

interface ChartsProps {
  /** Oldest first. */
  readonly runs: readonly EndedRun[];
  readonly days: number;
  readonly measures: readonly Measure[];
}

export function Charts({ runs, days, measures }: ChartsProps): JSX.Element {
  return (
    <div class="charts">
      {measures.map((measure) => (
        <Chart key={measure.name} runs={runs} days={days} measure={measure} />
      ))}
    </div>
  );
}

interface ChartProps {
  readonly runs: readonly EndedRun[];
  readonly days: number;
  readonly measure: Measure;
}

function Chart({ runs, days, measure }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const isDark = useDarkScheme();
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const plot = draw(current, { runs, days, measure }, setHovered);
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: current.clientWidth, height: plot.height });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [runs, measure, isDark]);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{measure.name}</strong> <span class="muted">{measure.summary(runs.map(measure.of))}</span>
      </figcaption>
      <div class="chart-box" ref={box} aria-hidden="true">
        {hovered === null ? null : <Tooltip hovered={hovered} measure={measure} />}
      </div>
    </figure>
  );
}

interface Hovered {
  readonly run: EndedRun;
  /** In px from the left of the chart. */
  readonly left: number;
  readonly isRight: boolean;
}

function Tooltip({
  hovered,
  measure,
}: {
  readonly hovered: Hovered;
  readonly measure: Measure;
}): JSX.Element {
  const { run, left, isRight } = hovered;
  return (
    <div
      class={`chart-tooltip tone-${STATUS_TONE[run.status]}`}
      style={{ left: `${left}px`, translate: isRight ? '-100%' : '0' }}
    >
      <strong>{measure.write(measure.of(run))}</strong>
      <span>
        {runName(run.update_type)} · <span class="chart-tooltip-status">{STATUS_WORD[run.status]}</span>
      </span>
      <span class="muted">{momentOf(new Date(run.started_at))}</span>
    </div>
  );
}

function draw(
  box: HTMLDivElement,
  { runs, days, measure }: ChartProps,
  hover: (run: Hovered | null) => void,
): uPlot {
  const times = runs.map((run) => Date.parse(run.started_at) / 1_000);
  const values = ENDED.map((status) => runs.map((run) => (run.status === status ? measure.of(run) : null)));
  const at = (plot: uPlot): EndedRun | null => runs[plot.cursor.idx ?? -1] ?? null;
  const options = chartOptions({
    width: box.clientWidth,
    count: runs.length,
    window: chartWindow(days, times),
    measure,
    onCursor: (plot) => {
      const run = plot.over.matches(':hover') ? at(plot) : null;
      const x = run === null ? 0 : plot.valToPos(Date.parse(run.started_at) / 1_000, 'x');
      hover(
        run === null ? null : { run, left: x + plot.over.offsetLeft, isRight: x > plot.over.clientWidth / 2 },
      );
    },
  });
  const plot = new uPlot(options, [times, ...values], box);
  plot.over.addEventListener('click', () => {
    const run = at(plot);
    if (run !== null) navigate(`/runs/${run.id}`);
  });
  return plot;
}

/** The colours are read when a chart is drawn. */
function useDarkScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const change = (): void => {
      setDark(scheme.matches);
    };
    scheme.addEventListener('change', change);
    return () => {
      scheme.removeEventListener('change', change);
    };
  }, []);
  return isDark;
}
