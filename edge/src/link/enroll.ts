/** Enrolment: the keys are on disk first, then the single-use token is spent; a repeat finds the same device. */
import { EnrollResponse } from '@padelvar/shared/edge-api';
import { loadOrCreateIdentity, saveEnrollment, type DeviceEnrollment } from './identity.ts';
import { fetchPortal } from './portal-fetch.ts';

export interface EnrollOptions {
  identityFolder: string;
  /** Such as `https://portal.example`. */
  portalOrigin: string;
  token: string;
  signal?: AbortSignal;
}

/** Throws `unauthenticated` or `gone` where the token is not (or no longer) good. */
export async function enroll(options: EnrollOptions): Promise<DeviceEnrollment> {
  const { identityFolder, token, signal } = options;
  const portalOrigin = new URL(options.portalOrigin).origin;
  const identity = await loadOrCreateIdentity(identityFolder);
  const response = await fetchPortal(portalOrigin, '/api/edge/enroll', {
    json: { token, signKey: identity.sign.publicKey, sealKey: identity.seal.publicKey },
    ...(signal === undefined ? {} : { signal }),
  });
  const { deviceId } = EnrollResponse.parse(await response.json());
  const enrollment = { portalOrigin, deviceId };
  await saveEnrollment(identityFolder, enrollment);
  return enrollment;
}
