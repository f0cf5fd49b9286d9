/** The store of this installation: a bucket where one is set, else the portal's own folder. */
import type { Clock } from '../clock.ts';
import { createFolderHandler } from './folder-handler.ts';
import { createFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { S3Settings } from './s3-client.ts';
import { createS3Store } from './s3-store.ts';
import { PROBE_KEY } from './storage-probe.ts';

export interface Storage {
  readonly kind: 'folder' | 's3';
  readonly store: ObjectStore;
  /** Answers a request for an address that the store signed; undefined where a service answers them itself. */
  readonly fetchStored: ((request: Request) => Promise<Response>) | undefined;
  /** Where browsers are sent for bytes; undefined for the portal itself. */
  findOrigin(): Promise<string | undefined>;
  close(): void;
}

export interface StorageOptions {
  s3: S3Settings | undefined;
  /** Where the folder store lies. */
  root: string;
  secret: string;
  clock: Clock;
}

/** Asks nobody: what is wrong with a store shows in its `check`, and the portal starts all the same. */
export function openStorage({ s3, root, secret, clock }: StorageOptions): Storage {
  if (s3 !== undefined) {
    const store = createS3Store({ settings: s3, clock });
    let origin: Promise<string> | undefined;
    return {
      ...{ kind: 's3', store, fetchStored: undefined },
      findOrigin: () => (origin ??= originOf(store)),
      close: () => store.close(),
    };
  }
  const folder = createFolderStore({ root, secret, clock });
  return {
    ...{ kind: 'folder', store: folder, fetchStored: createFolderHandler(folder, clock) },
    findOrigin: () => Promise.resolve(undefined),
    close: () => undefined,
  };
}

/** The service's own address may come from its region alone: any signed link has it. */
async function originOf(store: ObjectStore): Promise<string> {
  const link = { key: PROBE_KEY, fileName: '', disposition: 'inline', expiresInSeconds: 1 } as const;
  return new URL(await store.signGet(link)).origin;
}
