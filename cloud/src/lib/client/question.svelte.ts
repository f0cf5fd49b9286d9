/** Something that is asked of a device when somebody wants to know: not yet, asked, answered, or why not. */
export class Question<Answer, Asked = void> {
  answer = $state.raw<Answer>();
  error = $state.raw<unknown>();
  busy = $state(false);
  readonly #ask: (asked: Asked) => Promise<Answer>;

  constructor(ask: (asked: Asked) => Promise<Answer>) {
    this.#ask = ask;
  }

  /** The answer before this one stays until the new one is there; never throws. */
  async ask(asked: Asked): Promise<void> {
    this.busy = true;
    this.error = undefined;
    try {
      this.answer = await this.#ask(asked);
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  }
}
