/** Whether the shutdown of this process has begun, so that it should get no more work. */
export class Draining {
  private draining = false;

  get hasBegun(): boolean {
    return this.draining;
  }

  begin(): void {
    this.draining = true;
  }
}
