/** The store of movies, for those who look after the installation. */
import { createRoute } from '@hono/zod-openapi';
import { StorageReport, StorageStatus } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['admin'];
const security = LOGGED_IN;

const status = createRoute({
  method: 'get',
  path: '/api/admin/storage',
  tags,
  security,
  summary: 'What the store is, whether it works, and how the last comparison with the library went',
  responses: { 200: jsonAnswer(StorageStatus, 'The store'), ...problems(401, 403) },
});

const compare = createRoute({
  method: 'post',
  path: '/api/admin/storage/compare',
  tags,
  security,
  summary: 'Compare store and library now, as is done each night; nothing is deleted',
  responses: { 200: jsonAnswer(StorageReport, 'What differs'), ...problems(401, 403) },
});

export function storageRoutes({ gate, storage, storageSweep }: Services) {
  return createSection()
    .openapi(status, async (c) => {
      gate.requireGlobal(c.get('caller'), 'storage.read');
      const { kind, store } = storage;
      return c.json({ kind, state: await store.check(), report: (await storageSweep.last()) ?? null }, 200);
    })
    .openapi(compare, async (c) => {
      gate.requireGlobal(c.get('caller'), 'storage.read');
      return c.json(await storageSweep.run(), 200);
    });
}
