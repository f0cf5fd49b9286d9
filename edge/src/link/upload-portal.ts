/** The uploader's way to the portal: JSON by the portal client, parts by signed address without the device's token. */
import {
  UploadCompleteResponse,
  SignPartResponse,
  UploadState,
  type FurtherMovieFacts,
  type SignPartResponse as SignedPart,
} from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { UploadPortal } from '../upload/upload-portal.ts';
import { parseMovieId } from '../recording/movie-id.ts';
import type { PortalClient } from './portal-client.ts';
import type { UplinkGate } from '../upload/uplink.ts';
import { putBytes } from './put-bytes.ts';
import { describeRefusal } from './put-refusal.ts';

/** Completing an upload of 160 parts took 267 ms on Swift; a slow disk may sync for long. */
const COMPLETE_TIMEOUT_MS = 120_000;

/** Side files come after the movie, and a slow line may carry them for long. */
const SIDE_FILE_TIMEOUT_MS = 10 * 60_000;

/** Without a gate nothing waits. `describe` says what a movie beside a match is. */
export function createUploadPortal(
  client: PortalClient,
  gate?: UplinkGate,
  describe: (movieId: string) => FurtherMovieFacts | undefined = () => undefined,
): UploadPortal & { close(): void } {
  const put = putBytes(gate === undefined ? {} : { pace: (bytes, signal) => gate.pace(bytes, signal) });
  const measured = <Result>(bytes: number, send: () => Promise<Result>): Promise<Result> =>
    gate?.around(bytes, send) ?? send();
  return {
    async open(sessionId, layout, signal) {
      const json = { layout, movie: describe(sessionId) };
      const response = await client.request(pathOf(sessionId), { method: 'POST', json, signal });
      return UploadState.parse(await response.json());
    },
    async signPart(sessionId, part, signal) {
      const path = `${pathOf(sessionId)}/parts`;
      const response = await client.request(path, { method: 'POST', json: part, signal });
      return SignPartResponse.parse(await response.json());
    },
    async putPart(signed, bytes, signal) {
      await measured(bytes.length, async () => {
        const answer = await put.send(toAddress(signed, client.origin), signed.headers, bytes, signal);
        if (answer.status < 200 || answer.status > 299) throw describeRefusal(answer);
      });
    },
    async putSideFile(sessionId, name, bytes, signal) {
      await gate?.pace(bytes.length, signal);
      const init = { method: 'PUT', body: bytes, signal, timeoutMs: SIDE_FILE_TIMEOUT_MS };
      await client.request(`${pathOf(sessionId)}/files/${name}`, init);
    },
    async complete(sessionId, request, signal) {
      const init = { method: 'POST', json: request, signal, timeoutMs: COMPLETE_TIMEOUT_MS };
      const response = await client.request(`${pathOf(sessionId)}/complete`, init);
      return UploadCompleteResponse.parse(await response.json()).bytes;
    },
    async abandon(sessionId, signal) {
      await client.request(pathOf(sessionId), { method: 'DELETE', signal });
    },
    close: () => put.close(),
  };
}

/** A movie beside a match has an upload of its own below the match's. */
function pathOf(movieId: string): string {
  const { sessionId, number } = parseMovieId(movieId);
  return `/api/edge/uploads/${sessionId}${number === 1 ? '' : `/further/${String(number)}`}`;
}

/** Relative to the portal, or an address of its store; never anything but the web's two schemes. */
function toAddress({ url }: SignedPart, origin: string): URL {
  const address = new URL(url, origin);
  if (address.protocol === 'https:' || address.protocol === 'http:') return address;
  throw new AppError('bad_request', `expected an http address for a part, found ${address.protocol}`);
}
