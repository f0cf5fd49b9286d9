/** One form as it is sent: whether it was tried, is on its way, and what went wrong the last time. */
import { findFieldError } from './describe-error.ts';

export class Submission {
  /** Sent at least once: from then on the form's own faults are shown. */
  tried = $state(false);
  busy = $state(false);
  failure = $state.raw<unknown>();

  reset(): void {
    this.tried = false;
    this.failure = undefined;
  }

  /** Sends the form unless it is `faulty`. Never throws: what went wrong is `failure`. */
  async send(request: () => Promise<void>, faulty = false): Promise<void> {
    this.tried = true;
    if (faulty) return;
    this.busy = true;
    this.failure = undefined;
    try {
      await request();
    } catch (error) {
      this.failure = error;
    } finally {
      this.busy = false;
    }
  }

  /** What to say at a field: its own `fault` once tried, or else the portal's words on it. */
  errorOf(field: string, fault?: string): string | undefined {
    return (this.tried ? fault : undefined) ?? findFieldError(this.failure, field);
  }
}
