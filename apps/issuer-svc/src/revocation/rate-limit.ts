/** So many a second, and as many at once after a second of rest. By a clock that nobody sets. */
export class RateLimit {
  private left: number;
  private at: number;

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = perSecond;
    this.at = now();
  }

  take(): boolean {
    const at = this.now();
    this.left = Math.min(this.perSecond, this.left + (Math.max(0, at - this.at) / 1_000) * this.perSecond);
    this.at = at;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
