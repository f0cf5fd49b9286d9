/** When a message that could not be delivered is tried again, and when it is given up. Pure; milliseconds. */

const MINUTE_MS = 60_000;
const DELAYS_MS = [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE_MS);

/** What nodemailer says of a failure, as far as it counts here. */
export interface MailFailure {
  code?: string | undefined;
  responseCode?: number | undefined;
}

export interface Attempted {
  /** Attempts so far, this one among them. */
  attempts: number;
  expiresAt: number;
}

/** The instant of the next attempt; undefined: give it up. */
export function planRetry(
  { attempts, expiresAt }: Attempted,
  failure: MailFailure,
  nowMs: number,
): number | undefined {
  if (isRefused(failure)) return undefined;
  const delayMs = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1] ?? MINUTE_MS;
  const dueAt = nowMs + delayMs;
  return dueAt < expiresAt ? dueAt : undefined;
}

/** The receiver or the message is refused for good; whatever is wrong with the service itself may be mended. */
function isRefused({ code, responseCode = 0 }: MailFailure): boolean {
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500;
}
