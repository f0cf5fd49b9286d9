/** A browser that is not Chromium, as tests drive it: with its own input events, and functions run in its page. */
import { poll } from '../../scripts/system/processes.ts';

const APPEAR_MS = 20_000;

export interface DrivenBrowser {
  /** Where it puts what is downloaded. */
  readonly downloads: string;
  open(url: string): Promise<void>;
  /** Waits until there is such an element, and types into it or clicks it. */
  type(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** The body of a function in the page; it answers by its last argument, a callback. */
  run<T>(body: string, ...values: (string | number)[]): Promise<T>;
  close(): Promise<void>;
}

/** What `find` answers once it answers anything; pages move on while one looks at them. */
export async function untilFound<T>(selector: string, find: () => Promise<T | undefined>): Promise<T> {
  const found = await poll(APPEAR_MS, () => find().catch(() => undefined));
  if (found === undefined) throw new Error(`expected an element ${selector} on the page`);
  return found;
}
