import type { ExportProgress } from '../export/exporter.js';
import { bar, cut } from './format.js';
import type { Screen } from './progress-view.js';

const REDRAW_MS = 250;
const MEGABYTE = 1_000_000;

/** On a terminal: a line that is redrawn. Elsewhere: a line when a file is begun. */
export class ExportView {
  private drawnMs = -REDRAW_MS;
  private file = 0;

  constructor(
    private readonly screen: Screen,
    private readonly nowMs: () => number,
  ) {}

  show({ name, number, files, bytes }: ExportProgress): void {
    const isNew = number !== this.file;
    this.file = number;
    const { columns } = this.screen;
    if (columns === undefined) {
      if (isNew) this.screen.write(`Writing ${name} (${number} of ${files})\n`);
      return;
    }
    if (!isNew && this.nowMs() - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = this.nowMs();
    const size = `${(bytes / MEGABYTE).toFixed(1)} MB`;
    const line = `${bar((number - 1) / files)} ${number}/${files} ${name} ${size}`;
    this.screen.write(`\r\u001b[2K${cut(line, (columns > 0 ? columns : 80) - 1)}`);
  }

  end(): void {
    if (this.screen.columns !== undefined && this.file > 0) this.screen.write('\r\u001b[2K');
  }
}
