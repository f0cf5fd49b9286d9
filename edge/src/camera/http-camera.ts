/** An HTTP camera's door: GET with authentication; the same connection again where the camera allows it. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { CameraTarget } from './address.ts';
import { createAuthorizer, type Authorizer } from './auth.ts';
import { explainSocketError, explainStatus } from './trouble.ts';

/** Challenge, answer, and one more where the nonce had grown stale. */
const MAX_ATTEMPTS = 3;

export interface HttpCamera {
  /** A 200 answer with its body unread; AppError otherwise, or the signal's reason. Redirects are not followed. */
  get(signal: AbortSignal): Promise<IncomingMessage>;
  /** Ends idle connections; those in use end with their own signal. */
  close(): void;
}

export function createHttpCamera(target: CameraTarget): HttpCamera {
  const authorizer = createAuthorizer(target.credentials);
  const agent = createAgent(target);
  return {
    async get(signal) {
      signal.throwIfAborted();
      try {
        return await getAuthorized(target, agent, authorizer, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw explainSocketError(target, error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** One connection per camera, whatever happens. */
function createAgent({ scheme }: CameraTarget): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1, timeout: 0 };
  return scheme === 'https' ? new HttpsAgent(options) : new HttpAgent(options);
}

async function getAuthorized(
  target: CameraTarget,
  agent: HttpAgent,
  authorizer: Authorizer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  for (let attempt = 1; ; attempt += 1) {
    const authorization = authorizer.authorize({ method: 'GET', uri: target.path });
    const answer = await getOnce(target, agent, authorization, signal);
    const status = answer.statusCode ?? 0;
    if (status === 200) return answer;
    answer.resume().on('error', ignoreLateError);
    const challenges = answer.headersDistinct['www-authenticate'] ?? [];
    if (status !== 401 || attempt === MAX_ATTEMPTS || !authorizer.accept(challenges)) {
      answer.destroy();
      throw explainStatus(target, { protocol: 'HTTP', status, reason: answer.statusMessage ?? '' });
    }
  }
}

/** Cameras sign their own certificates and are careless about HTTP's grammar: neither is a reason to refuse them. */
function getOnce(
  { scheme, host, port, path }: CameraTarget,
  agent: HttpAgent,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = scheme === 'https' ? requestHttps : requestHttp;
  const headers = {
    accept: 'multipart/x-mixed-replace, image/jpeg, */*;q=0.1',
    'user-agent': 'PadelVar',
    // Node writes headers as latin1: a user name in UTF-8 goes out byte by byte.
    ...(authorization === undefined ? {} : { authorization: Buffer.from(authorization).toString('latin1') }),
  };
  const options = { host, port, path, agent, headers, signal, insecureHTTPParser: true };
  request({ ...options, ...(scheme === 'https' ? { rejectUnauthorized: false } : {}) })
    .on('response', resolve)
    .on('error', reject)
    .end();
  return promise;
}

function ignoreLateError(): void {
  // The answer that asked for a password is of no interest any more.
}
