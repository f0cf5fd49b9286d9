/**
 * The hooks with which the broker asks who somebody is and what they may do. All answers come from the credential
 * through `decideAcl`; a client that is unknown may do nothing.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AedesOptions, AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { decideAcl, PORTAL_CLIENT_ID, type Identity } from './acl.ts';

/** A verified device token. */
export interface DeviceCredential {
  deviceId: string;
  /** Wall clock, Unix milliseconds. */
  expiresAtMs: number;
}

export interface PolicyOptions {
  clock: Clock;
  log: Logger;
  /** The credential of a token, or undefined where it is not valid now. */
  verifyToken: (token: string) => Promise<DeviceCredential | undefined>;
  portalSecret: string;
  onAccepted: (client: Client, identity: Identity) => void;
}

type PolicyHooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>;

/** Where a refused PUBLISH goes: acknowledged, as MQTT 3.1.1 clause 3.3.5 allows, and heard by nobody. */
const REFUSED_TOPIC = 'refused';
/** CONNACK return code, MQTT 3.1.1 clause 3.2.2.3. */
const NOT_AUTHORIZED = 5;

export function createBrokerPolicy(options: PolicyOptions): PolicyHooks {
  const connects = new WeakMap<Client, ConnectPacket>();
  const identities = new WeakMap<Client, Identity>();
  const warned = new WeakSet<Client>();
  const identityOf = (client: Client | null): Identity | undefined =>
    client === null ? undefined : identities.get(client);

  const admit = async (client: Client, username: string, password: string): Promise<boolean> => {
    const packet = connects.get(client);
    connects.delete(client);
    const credential = await verify(options, username, password);
    if (packet === undefined || credential === undefined) return false;
    if (!mayEnter(credential.identity, packet, username)) return false;
    identities.set(client, credential.identity);
    closeAt(options.clock, client, credential.expiresAtMs);
    options.onAccepted(client, credential.identity);
    return true;
  };

  return {
    preConnect(client, packet, done) {
      connects.set(client, packet);
      done(null, true);
    },
    authenticate(client, username, password, done) {
      admit(client, username ?? '', password?.toString('utf8') ?? '').then(
        (admitted) => (admitted ? done(null, true) : done(refusal(), false)),
        () => done(refusal(), false),
      );
    },
    // Answering an error would close the connection, and a client that repeats what was not acknowledged
    // would come back with the same message for ever.
    authorizePublish(client, packet, done) {
      const question = { action: 'publish', topic: packet.topic, retain: packet.retain } as const;
      const known = client !== null && identities.has(client);
      if (!known || decideAcl(identityOf(client), question)) {
        done(known ? null : new Error('not authorized'));
        return;
      }
      if (!warned.has(client)) {
        warned.add(client);
        options.log.warn({ client: client.id, topic: packet.topic.slice(0, 200) }, 'publish refused');
      }
      Object.assign(packet, { topic: REFUSED_TOPIC, payload: Buffer.alloc(0), retain: false });
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = decideAcl(identityOf(client), { action: 'subscribe', filter: subscription.topic });
      done(null, allowed ? subscription : null);
    },
    authorizeForward: (client, packet) =>
      decideAcl(identityOf(client), { action: 'forward', topic: packet.topic }) ? packet : null,
  };
}

function mayEnter(identity: Identity, packet: ConnectPacket, username: string): boolean {
  const connect = {
    action: 'connect',
    clientId: packet.clientId,
    username,
    clean: packet.clean === true,
    keepaliveSeconds: packet.keepalive ?? 0,
  } as const;
  if (!decideAcl(identity, connect)) return false;
  const { will } = packet;
  if (will === undefined) return true;
  return decideAcl(identity, { action: 'will', topic: will.topic, retain: will.retain === true });
}

async function verify(
  options: PolicyOptions,
  username: string,
  password: string,
): Promise<{ identity: Identity; expiresAtMs?: number } | undefined> {
  if (username === PORTAL_CLIENT_ID) {
    return equalSecrets(password, options.portalSecret) ? { identity: { kind: 'portal' } } : undefined;
  }
  const credential = await options.verifyToken(password);
  return credential === undefined
    ? undefined
    : {
        identity: { kind: 'device', deviceId: credential.deviceId },
        expiresAtMs: credential.expiresAtMs,
      };
}

/** A connection lives no longer than the token that opened it. */
function closeAt(clock: Clock, client: Client, expiresAtMs: number | undefined): void {
  if (expiresAtMs === undefined) return;
  const cancel = clock.setTimer(Math.max(0, expiresAtMs - clock.nowMs()), () => client.close());
  client.conn.once('close', cancel);
}

function refusal(): AuthenticateError {
  const error: Error = Object.assign(new Error('not authorized'), { returnCode: NOT_AUTHORIZED });
  return error as AuthenticateError;
}

function equalSecrets(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
