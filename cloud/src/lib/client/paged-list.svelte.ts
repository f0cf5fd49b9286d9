/** A list that a page shows page by page: what has come so far, whether there is more, what went wrong. */
import { MAX_PAGE_SIZE, type Page } from './read-all.ts';
import type { PageRequest } from './request.ts';

export class PagedList<Item> {
  items = $state.raw<Item[]>();
  error = $state.raw<unknown>();
  loadingMore = $state(false);
  #nextCursor = $state<string | null>(null);
  readonly hasMore: boolean = $derived.by(() => this.#nextCursor !== null);
  readonly #load: (page: PageRequest) => Promise<Page<Item>>;
  readonly #pageSize: number;
  /** A newer answer makes an older one void. */
  #turn = 0;

  constructor(load: (page: PageRequest) => Promise<Page<Item>>, pageSize = MAX_PAGE_SIZE) {
    this.#load = load;
    this.#pageSize = pageSize;
  }

  /** From the top, as many pages as are shown; keeps what was there until the new answer is. Never throws. */
  async reload(): Promise<void> {
    const wanted = Math.max(this.#pageSize, this.items?.length ?? 0);
    await this.#take(async () => {
      let page = await this.#page();
      let items = page.items;
      while (page.nextCursor !== null && items.length < wanted) {
        page = await this.#page(page.nextCursor);
        items = [...items, ...page.items];
      }
      return { items, nextCursor: page.nextCursor };
    });
  }

  /** Forgets what is shown and begins anew: after another filter was chosen. */
  async restart(): Promise<void> {
    this.items = undefined;
    this.#nextCursor = null;
    await this.reload();
  }

  async more(): Promise<void> {
    const cursor = this.#nextCursor;
    if (cursor === null || this.loadingMore) return;
    this.loadingMore = true;
    await this.#take(async () => {
      const page = await this.#page(cursor);
      return { items: [...(this.items ?? []), ...page.items], nextCursor: page.nextCursor };
    });
    this.loadingMore = false;
  }

  /** Takes items away that are gone, without asking again. */
  remove(isGone: (item: Item) => boolean): void {
    this.items = this.items?.filter((item) => !isGone(item));
  }

  #page(cursor?: string): Promise<Page<Item>> {
    return this.#load({ limit: this.#pageSize, ...(cursor === undefined ? {} : { cursor }) });
  }

  async #take(load: () => Promise<Page<Item>>): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const { items, nextCursor } = await load();
      if (turn !== this.#turn) return;
      this.items = items;
      this.#nextCursor = nextCursor;
      this.error = undefined;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    }
  }
}
