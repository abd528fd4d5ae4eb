/** What has been opened and is to be closed, the latest first; each once, whoever asks first. */
export class Closing {
  private readonly closers = new Set<() => Promise<void>>();

  /** Returns what closes it before the others. */
  add(close: () => Promise<void>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.closers.delete(once)) await close();
    };
    this.closers.add(once);
    return once;
  }

  /** Closes what is still open. What fails holds up nothing else; the first failure is thrown at the end. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of [...this.closers].reverse()) {
      await close().catch((error: unknown) => {
        failures.push(error);
      });
    }
    if (failures.length > 0) throw failures[0];
  }
}
