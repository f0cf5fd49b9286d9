/** Bytes in the portal's store, as an upload leaves them. */
import type { Services } from '../../src/lib/server/api/services.ts';

export async function storeMovie(
  { store }: Pick<Services, 'store'>,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await store.put({ key, contentType: 'video/mp4', body: bytes });
}
