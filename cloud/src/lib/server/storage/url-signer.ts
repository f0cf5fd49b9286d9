/** Makes and checks the folder store's addresses: `<basePath>/<key>?…&expires=<unix seconds>&signature=<HMAC>`. */
import { AppError } from '@padelvar/shared/errors';
import type { LinkToSign, PartToSign, SignedRequest, StoredPart } from './object-store.ts';
import { isObjectKey } from './object-key.ts';
import { signClaims, verifyClaims } from './url-signature.ts';

export interface SignedPut extends StoredPart {
  key: string;
  uploadId: string;
}

export interface SignedGet {
  key: string;
  fileName: string;
  disposition: 'inline' | 'attachment';
}

export interface UrlSigner {
  signPart(part: PartToSign, nowMs: number): SignedRequest;
  signGet(link: LinkToSign, nowMs: number): string;
  /** AppError `forbidden` where the address or a bound header is not as signed, or the time is over. */
  verifyPart(request: Request, nowMs: number): SignedPut;
  verifyGet(request: Request, nowMs: number): SignedGet;
}

export interface UrlSignerOptions {
  secret: string;
  basePath: string;
}

export function createUrlSigner({ secret, basePath }: UrlSignerOptions): UrlSigner {
  const keyOf = (url: URL): string => {
    const key = url.pathname.slice(basePath.length + 1);
    if (!url.pathname.startsWith(`${basePath}/`) || !isObjectKey(key)) throw refused('key');
    return key;
  };
  const formatUrl = (key: string, query: Record<string, string | number>): string => {
    const entries = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return `${basePath}/${key}?${new URLSearchParams(entries).toString()}`;
  };

  return {
    signPart({ key, uploadId, partNumber, bytes, md5, expiresInSeconds }, nowMs) {
      const expires = expiryOf(nowMs, expiresInSeconds);
      const claims = { method: 'PUT', key, uploadId, partNumber, bytes, md5, expiresAt: expires } as const;
      const signature = signClaims(secret, claims);
      return {
        url: formatUrl(key, { uploadId, partNumber, expires, signature }),
        headers: { 'content-type': 'application/octet-stream', 'content-md5': md5 },
      };
    },
    signGet({ key, fileName, disposition, expiresInSeconds }, nowMs) {
      const expires = expiryOf(nowMs, expiresInSeconds);
      const signature = signClaims(secret, { method: 'GET', key, fileName, disposition, expiresAt: expires });
      return formatUrl(key, { disposition, fileName, expires, signature });
    },
    verifyPart(request, nowMs) {
      const { url, query, expiresAt, signature } = parseSigned(request);
      const put = {
        key: keyOf(url),
        uploadId: query('uploadId'),
        partNumber: Number(query('partNumber')),
        bytes: Number(request.headers.get('content-length') ?? Number.NaN),
        md5: request.headers.get('content-md5') ?? '',
      };
      const claims = { method: 'PUT', ...put, expiresAt } as const;
      if (!verifyClaims(secret, claims, signature)) throw refused('signature');
      requireTime(expiresAt, nowMs);
      return put;
    },
    verifyGet(request, nowMs) {
      const { url, query, expiresAt, signature } = parseSigned(request);
      const disposition = query('disposition') === 'inline' ? 'inline' : 'attachment';
      const get = { key: keyOf(url), fileName: query('fileName'), disposition } as const;
      if (!verifyClaims(secret, { method: 'GET', ...get, expiresAt }, signature)) throw refused('signature');
      requireTime(expiresAt, nowMs);
      return get;
    },
  };
}

interface Signed {
  url: URL;
  query: (name: string) => string;
  expiresAt: number;
  signature: string;
}

function parseSigned(request: Request): Signed {
  const url = new URL(request.url);
  const query = (name: string): string => url.searchParams.get(name) ?? '';
  return { url, query, expiresAt: Number(query('expires')), signature: query('signature') };
}

function expiryOf(nowMs: number, expiresInSeconds: number): number {
  return Math.ceil(nowMs / 1000) + expiresInSeconds;
}

function requireTime(expiresAt: number, nowMs: number): void {
  if (nowMs >= expiresAt * 1000) throw new AppError('forbidden', 'this link has expired');
}

function refused(what: string): AppError {
  return new AppError('forbidden', `expected a signed request, its ${what} is not as signed`);
}
