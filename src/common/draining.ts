/** Whether this process is about to end, so that no more work should come to it. */
export class Draining {
  private draining = false;

  get hasBegun(): boolean {
    return this.draining;
  }

  begin(): void {
    this.draining = true;
  }
}
