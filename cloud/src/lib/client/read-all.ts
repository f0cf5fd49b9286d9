/** All items of a paged list, one page after another: for choices that need every one of them. */
import type { PageRequest } from './request.ts';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The portal's largest page. */
export const MAX_PAGE_SIZE = 100;

export async function readAll<Item>(load: (page: PageRequest) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<Item> = await load({
      limit: MAX_PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
