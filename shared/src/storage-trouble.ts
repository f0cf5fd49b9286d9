/** What can be wrong with the store of movies, said the same way on recordings, devices and the portal's health. */
import { z } from 'zod';

export const STORAGE_TROUBLES = [
  /** No answer: no way there, or nobody at home. */
  'unreachable',
  /** It answers, and too slowly to work with. */
  'slow',
  /** It refuses the portal: wrong credentials, or none for this. */
  'denied',
  /** There is no such bucket or folder. */
  'missing',
  'full',
  'read_only',
  /** It answers with errors, with half an answer, or with something else than was stored. */
  'failing',
] as const;

export const StorageTrouble = z.enum(STORAGE_TROUBLES);
export type StorageTrouble = z.infer<typeof StorageTrouble>;

/** The trouble that an error kind `storage_…` stands for. */
export function storageTroubleOf(kind: string): StorageTrouble | undefined {
  return StorageTrouble.safeParse(kind.replace(/^storage_/, '')).data;
}
