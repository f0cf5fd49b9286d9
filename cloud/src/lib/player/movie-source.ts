/**
 * Where a movie's pictures come from: its playlist by hls.js where the browser takes media piece by piece, by itself on
 * Safari, and the plain file where neither plays. A link that has ended in the middle is asked for anew.
 */
import type { ErrorData, HlsConfig } from 'hls.js';
import { openFirstPiece, type FirstPiece } from './first-piece.ts';
import { planLoaders } from './hls-loaders.ts';
import { holdPicture } from './hold-picture.ts';
import { openPlaylist, type OpenedPlaylist } from './opened-playlist.ts';
import { createStoredLink } from './stored-link.ts';
import type { StoredLink } from './stored-link.ts';

export interface MovieSource {
  /** The plain file: a stable address, which leads to a link of limited life where a bucket has it. */
  src: string;
  /** The same movie as a playlist of byte ranges, where it has one. */
  playlist?: string | undefined;
  /** The playlist, where it has been asked for. */
  opened?: OpenedPlaylist | undefined;
}

export interface MovieSourceOptions extends MovieSource {
  /** Neither way plays it. */
  onfailed: () => void;
}

const HLS_TYPE = 'application/vnd.apple.mpegurl';
/**
 * Seconds that are fetched ahead where nothing plays, and where it does. Pieces are longer: what stands still has the one
 * with its picture, and the next only near its end.
 */
const IDLE_BUFFER_SECONDS = 0.25;
const PLAYING_BUFFER_SECONDS = 30;
const PIECE_RETRIES = { maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 8000 } as const;
/** Whoever is answered so by a link that was signed just now is answered so again: hls.js by itself would ask for half a minute. */
const REFUSALS: readonly (number | undefined)[] = [401, 403, 404, 410];
/** A link that fails again before so much was played is not asked for a third time. */
const RENEWAL_SECONDS = 1;

/** For `{@attach}` on the `<video>`. */
export function playMovie({ src, playlist, opened, onfailed }: MovieSourceOptions) {
  return (video: HTMLVideoElement): (() => void) => {
    const ended = new AbortController();
    const playFile = (): void => keepPlaying(video, src, ended.signal, onfailed);
    if (playlist === undefined) playFile();
    else if (isSafari() && video.canPlayType(HLS_TYPE) !== '') {
      playNatively(video, playlist, ended.signal, playFile);
    } else void playPieces(video, opened ?? openPlaylist(playlist), ended.signal, playFile);
    return () => ended.abort();
  };
}

/** Other browsers that say they play playlists do it worse than hls.js: WebKit on Linux seeks to keyframes only. */
function isSafari(): boolean {
  return navigator.vendor.startsWith('Apple') && !navigator.userAgent.includes('Linux');
}

function playNatively(
  video: HTMLVideoElement,
  playlist: string,
  signal: AbortSignal,
  otherwise: () => void,
): void {
  changeSource(video, () => (video.src = playlist));
  video.addEventListener('error', () => carryOn(video, otherwise), { once: true, signal });
}

/** A chunk of its own: pages without a player do not fetch it. A movie has one picture and at most one sound. */
const fetchLibrary = () => import('hls.js/light').catch(() => undefined);

let fetched: ReturnType<typeof fetchLibrary> | undefined;

/** What plays a movie piece by piece is fetched while the page still asks which movie it is; again where that fails. */
export function prepareToPlay(): void {
  fetched ??= fetchLibrary();
}

async function playPieces(
  video: HTMLVideoElement,
  playlist: OpenedPlaylist,
  signal: AbortSignal,
  otherwise: () => void,
): Promise<void> {
  const first = openFirstPiece(playlist);
  signal.addEventListener('abort', () => first.close());
  const loaded = (await fetched) ?? (await fetchLibrary());
  if (signal.aborted) return;
  if (loaded?.default.isSupported() !== true) {
    first.close();
    otherwise();
    return;
  }
  const { default: HlsPlayer, ErrorDetails, Events, FetchLoader } = loaded;
  const stored = createStoredLink();
  let arrived = false;
  /** What was refused last is asked for once more, by a new link. */
  let isAskedAnew = false;
  const hls = new HlsPlayer({
    // No worker: pages run no script that is not the portal's own file.
    ...{ enableWorker: false, progressive: true, startPosition: 0, backBufferLength: 60 },
    ...{ maxBufferLength: IDLE_BUFFER_SECONDS, maxMaxBufferLength: PLAYING_BUFFER_SECONDS },
    ...planLoaders(FetchLoader, playlist),
    ...planFetching({
      stored,
      first,
      hasArrived: () => arrived,
      onRefusal: (again) => (isAskedAnew = again),
    }),
  });
  const stop = (): void => hls.destroy();
  signal.addEventListener('abort', stop);
  hls.on(Events.ERROR, (_event, { fatal, details, response }: ErrorData) => {
    const isPiece = details === ErrorDetails.FRAG_LOAD_ERROR;
    const isClosed = isPiece && !arrived && response?.code === 0;
    const isRefused = isPiece && !isAskedAnew && REFUSALS.includes(response?.code);
    if (!fatal && !isClosed && !isRefused) return;
    signal.removeEventListener('abort', stop);
    carryOn(video, () => {
      hls.destroy();
      first.close();
      otherwise();
    });
  });
  hls.on(Events.FRAG_LOADED, (_event, { frag, networkDetails }) => {
    arrived = true;
    if (networkDetails instanceof Response) stored.remember(frag.url, networkDetails.url);
  });
  hls.loadSource(playlist.address);
  changeSource(video, () => hls.attachMedia(video));
  const bufferAhead = (seconds: number): void => void (hls.config.maxBufferLength = seconds);
  video.addEventListener('play', () => bufferAhead(PLAYING_BUFFER_SECONDS), { signal });
  // A pause lets a slow line get ahead; whoever looks for a moment wants its picture alone.
  video.addEventListener('seeking', () => video.paused && bufferAhead(IDLE_BUFFER_SECONDS), { signal });
}

interface Fetching {
  stored: StoredLink;
  first: FirstPiece;
  /** Whether a piece has. */
  hasArrived: () => boolean;
  /** Before the player is told; `again`: by a link that may be better. */
  onRefusal: (again: boolean) => void;
}

/**
 * Pieces come straight from where the stable address led to, the first one from what was asked for already; a link that is
 * refused is asked for anew. No answer at all is a store without a CORS rule until the first piece has arrived, and a line
 * that is down for a moment from then on.
 */
function planFetching({
  stored,
  first,
  hasArrived,
  onRefusal,
}: Fetching): Pick<HlsConfig, 'fetchSetup' | 'fragLoadPolicy'> {
  const isLineDown = (count: number): boolean => hasArrived() && count < PIECE_RETRIES.maxNumRetry;
  return {
    fetchSetup: ({ url, rangeStart, rangeEnd }, init: RequestInit) => {
      const answer = first.take(url, rangeStart, rangeEnd);
      if (answer === undefined) return new Request(stored.find(url), init);
      init.signal?.addEventListener('abort', () => first.close());
      return standIn(answer);
    },
    fragLoadPolicy: {
      default: {
        ...{ maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 120_000 },
        timeoutRetry: { ...PIECE_RETRIES, retryDelayMs: 0 },
        errorRetry: {
          ...PIECE_RETRIES,
          shouldRetry(_plan, count, _isTimeout, answer, retry) {
            const isKnown = stored.forget();
            onRefusal(isKnown);
            return isKnown || (answer?.code === 0 ? isLineDown(count) : retry);
          },
        },
      },
    },
  };
}

/** hls.js fetches a request that is promised in the promise's `then`: this one has been fetched. */
function standIn(answer: Promise<Response>): Promise<Request> {
  return { then: () => answer } as unknown as Promise<Request>;
}

/** The plain file. Its address leads to a new link each time it is loaded. */
function keepPlaying(video: HTMLVideoElement, src: string, signal: AbortSignal, onfailed: () => void): void {
  let renewedAt = 0;
  const renew = (): void => {
    const at = video.currentTime;
    if (at < renewedAt + RENEWAL_SECONDS) {
      onfailed();
      return;
    }
    renewedAt = at;
    holdPicture(video);
    changeSource(video, () => video.load());
    video.currentTime = at;
  };
  video.addEventListener('error', renew, { signal });
  changeSource(video, () => (video.src = src));
}

/** The other source goes on where this one ended. */
function carryOn(video: HTMLVideoElement, change: () => void): void {
  const at = video.currentTime;
  changeSource(video, change);
  if (at > 0) video.currentTime = at;
}

/** With its source the browser forgets that it was to play: who taps before the movie has come taps once. */
function changeSource(video: HTMLVideoElement, change: () => void): void {
  const wasToPlay = !video.paused;
  change();
  if (wasToPlay) void video.play().catch(() => undefined);
}
