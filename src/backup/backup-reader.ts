import { BackupError, END_OF_ROWS } from './backup-format.js';

const MARK = `\n${END_OF_ROWS}`;
/** No header is longer. */
const LONGEST_LINE = 10_000_000;

/** Reads a backup from front to back. */
export class BackupReader {
  private pending: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.pending.indexOf('\n');
      if (end >= 0) {
        const line = this.pending.subarray(0, end).toString();
        this.pending = this.pending.subarray(end + 1);
        return line;
      }
      if (this.pending.length > LONGEST_LINE)
        throw new BackupError('The file is not a backup of movie-pipeline.');
      await this.more();
    }
  }

  /** The rows of a table, in pieces of any size, up to the mark that ends them. */
  async *rows(): AsyncGenerator<Buffer> {
    while (this.pending.length < END_OF_ROWS.length) await this.more();
    if (this.pending.subarray(0, END_OF_ROWS.length).toString() === END_OF_ROWS) {
      this.pending = this.pending.subarray(END_OF_ROWS.length);
      return;
    }
    for (;;) {
      const end = this.pending.indexOf(MARK);
      if (end >= 0) {
        const rows = this.pending.subarray(0, end + 1);
        this.pending = this.pending.subarray(end + MARK.length);
        yield rows;
        return;
      }
      // The mark may begin in this piece and end in the next.
      const whole = Math.max(0, this.pending.length - MARK.length + 1);
      const rows = this.pending.subarray(0, whole);
      this.pending = this.pending.subarray(whole);
      if (rows.length > 0) yield rows;
      await this.more();
    }
  }

  /** @throws BackupError when anything is left */
  async end(): Promise<void> {
    if (this.pending.length === 0 && (await this.chunks.next()).done === true) return;
    throw new BackupError('The backup goes on after its manifest: it is damaged. Use another backup.');
  }

  private async more(): Promise<void> {
    const next = await this.chunks.next();
    if (next.done === true) throw new BackupError('The backup ends too early: it is not whole.');
    this.pending = this.pending.length === 0 ? next.value : Buffer.concat([this.pending, next.value]);
  }
}
