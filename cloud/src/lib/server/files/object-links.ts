/** Ways to a stored object for somebody who may have it: a signed link of limited life, or its bytes. */
import type { ObjectStore } from '../storage/object-store.ts';
import type { MovieRelay } from './movie-relay.ts';

export interface Wanted {
  key: string;
  /** What the browser calls the file. */
  fileName: string;
  disposition: 'inline' | 'attachment';
}

export interface ObjectLinks {
  /** For a request of that method. */
  sign(wanted: Wanted, method?: string): Promise<string>;
  /**
   * For whoever may lose the right to it: the object itself, as long as `mayGoOn` says so; for watching, where there is a
   * service, the way to it there, which ends within a minute.
   */
  send(request: Request, wanted: Wanted, mayGoOn: () => Promise<boolean>): Promise<Response>;
}

export interface ObjectLinksOptions {
  store: Pick<ObjectStore, 'signGet'>;
  relay: MovieRelay;
  /** Bytes come straight from a service, not from the portal. */
  isDirect: boolean;
  /** How long a link for watching lives. */
  playLinkSeconds: number;
}

/** Long enough to begin and to resume a download: whoever may save a movie may keep it. */
const ATTACHMENT_LINK_SECONDS = 60 * 60;
/** Used at once, by the portal itself. */
const RELAY_LINK_SECONDS = 60;

export function createObjectLinks({
  store,
  relay,
  isDirect,
  playLinkSeconds,
}: ObjectLinksOptions): ObjectLinks {
  const signFor = (wanted: Wanted, method: string, expiresInSeconds: number): Promise<string> =>
    store.signGet({ ...wanted, method: method === 'HEAD' ? 'HEAD' : 'GET', expiresInSeconds });
  const sign: ObjectLinks['sign'] = (wanted, method = 'GET') =>
    signFor(wanted, method, wanted.disposition === 'inline' ? playLinkSeconds : ATTACHMENT_LINK_SECONDS);
  return {
    sign,
    async send(request, wanted, mayGoOn) {
      const { method } = request;
      if (isDirect && wanted.disposition === 'inline') {
        return new Response(null, { status: 302, headers: { location: await sign(wanted, method) } });
      }
      return relay.send(request, await signFor(wanted, method, RELAY_LINK_SECONDS), mayGoOn);
    },
  };
}
