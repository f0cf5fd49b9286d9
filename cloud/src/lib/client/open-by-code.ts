/** Opens a court by its code, with patience: a camera that takes longer than one request goes on opening meanwhile. */
import type { Session } from '@padelvar/shared/portal-api';
import type { Api } from './api.ts';
import { createIdempotencyKey } from './idempotency-key.ts';
import { ApiError } from './request.ts';

/** Of 8 s each. */
const TRIES = 3;

export async function openByCode(api: Pick<Api, 'openByCode'>, code: string): Promise<Session> {
  const key = createIdempotencyKey();
  for (let tried = 1; ; tried += 1) {
    try {
      return await api.openByCode(code, key);
    } catch (error) {
      const isSlow = error instanceof ApiError && error.kind === 'timeout';
      if (!isSlow || tried >= TRIES) throw error;
    }
  }
}
