/** Stands between the edge's uploader and its way out: parts take the shaped line, and what goes twice is counted. */
import type { UploadPortal } from '../../edge/src/upload/upload-portal.ts';

/** A store at an origin of its own, and the port that leads to it over the line. */
export interface StoreLine {
  origin: string;
  port: number;
}

/** Addresses stay signed for the store's own name, as behind a router. */
export function throughLine(portal: UploadPortal, line: StoreLine | undefined): UploadPortal {
  if (line === undefined) return portal;
  const { host } = new URL(line.origin);
  return {
    ...portal,
    putPart(signed, bytes, signal) {
      const url = new URL(signed.url);
      if (url.origin !== line.origin)
        throw new Error(`expected a part for ${line.origin}, found ${url.origin}`);
      url.host = `127.0.0.1:${String(line.port)}`;
      return portal.putPart(
        { ...signed, url: url.href, headers: { ...signed.headers, host } },
        bytes,
        signal,
      );
    },
  };
}

/** Bytes of parts that were sent before, be it in vain. */
export function countResent(portal: UploadPortal): { portal: UploadPortal; resentBytes: () => number } {
  const sent = new Set<string>();
  let resentBytes = 0;
  const counting: UploadPortal = {
    ...portal,
    putPart(signed, bytes, signal) {
      const { pathname, searchParams } = new URL(signed.url, 'http://store');
      const part = `${pathname}#${searchParams.get('partNumber') ?? ''}`;
      if (sent.has(part)) resentBytes += bytes.length;
      sent.add(part);
      return portal.putPart(signed, bytes, signal);
    },
  };
  return { portal: counting, resentBytes: () => resentBytes };
}
