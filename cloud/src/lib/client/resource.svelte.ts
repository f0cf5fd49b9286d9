/** Something a page loads once and may load again: what came, or what went wrong. */
export class Resource<Value> {
  value = $state.raw<Value>();
  error = $state.raw<unknown>();
  readonly #load: () => Promise<Value>;

  constructor(load: () => Promise<Value>) {
    this.#load = load;
  }

  /** Keeps what was there until the new answer is; never throws. */
  async reload(): Promise<void> {
    try {
      this.value = await this.#load();
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }
}
