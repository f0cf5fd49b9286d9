/** Signatures of the folder store's own addresses: HMAC-SHA256 over everything that the bearer may not change. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a PUT of one part is bound to. */
export interface PartClaims {
  method: 'PUT';
  key: string;
  uploadId: string;
  partNumber: number;
  bytes: number;
  md5: string;
  /** Unix seconds. */
  expiresAt: number;
}

/** What a link to an object is bound to. */
export interface LinkClaims {
  method: 'GET';
  key: string;
  fileName: string;
  disposition: string;
  /** Unix seconds. */
  expiresAt: number;
}

/** Base64url. */
export function signClaims(secret: string, claims: PartClaims | LinkClaims): string {
  return createHmac('sha256', secret).update(formatClaims(claims)).digest('base64url');
}

export function verifyClaims(secret: string, claims: PartClaims | LinkClaims, signature: string): boolean {
  const expected = Buffer.from(signClaims(secret, claims));
  const found = Buffer.from(signature);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** JSON of an array: unambiguous whatever the members hold. */
function formatClaims(claims: PartClaims | LinkClaims): string {
  const { method, key, expiresAt } = claims;
  const rest =
    claims.method === 'PUT'
      ? [claims.uploadId, claims.partNumber, claims.bytes, claims.md5]
      : [claims.disposition, claims.fileName];
  return JSON.stringify(['padelvar-store-v1', method, key, expiresAt, ...rest]);
}
