/** Closes what has been opened: in reverse order, each exactly once. */
export class Cleanup {
  private readonly closers = new Set<() => Promise<void>>();

  /** Returns a function that calls `close` now instead of at the end. */
  add(close: () => Promise<void>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.closers.delete(once)) await close();
    };
    this.closers.add(once);
    return once;
  }

  /** Closes everything that is still open, also after a failure. @throws the first failure */
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
