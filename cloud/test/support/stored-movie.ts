/** Bytes in the portal's own store, as an upload leaves them. */
import { createHash } from 'node:crypto';
import type { Services } from '../../src/lib/server/api/services.ts';

export async function storeMovie(
  { store }: Pick<Services, 'store'>,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { uploadId } = await store.createUpload(key);
  const md5 = createHash('md5').update(bytes).digest('base64');
  const part = { partNumber: 1, bytes: bytes.length, md5 };
  await store.writePart(key, uploadId, part, new Blob([bytes]).stream());
  await store.complete(key, uploadId, [part]);
}
