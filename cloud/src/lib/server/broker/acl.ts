/**
 * The broker's access list: the boundary between tenants, as one pure function that says no unless a rule says yes.
 * Who asks comes from the credential alone, never from a topic or a client id.
 */
import { CommandId } from '@padelvar/shared/ids';
import { MQTT_KEEPALIVE_MAX_SECONDS } from '@padelvar/shared/limits';
import { DEVICE_OUTBOX, parseTopic, TOPIC_PREFIX } from '@padelvar/shared/topics';

export type Identity = { kind: 'device'; deviceId: string } | { kind: 'portal' };

/** Client id and user name of the portal's own connection. */
export const PORTAL_CLIENT_ID = 'portal';

export type AclQuestion =
  | { action: 'connect'; clientId: string; username: string; clean: boolean; keepaliveSeconds: number }
  | { action: 'publish' | 'will'; topic: string; retain: boolean }
  | { action: 'subscribe'; filter: string }
  | { action: 'forward'; topic: string };

const RETAINED_BY_DEVICE: readonly string[] = ['reported', 'presence'];
const OUTBOX: readonly string[] = DEVICE_OUTBOX;
const PORTAL_FILTERS: readonly string[] = [...DEVICE_OUTBOX, 'replies/+'].map(
  (leaf) => `${TOPIC_PREFIX}/+/${leaf}`,
);

export function decideAcl(identity: Identity | undefined, question: AclQuestion): boolean {
  if (identity === undefined) return false;
  switch (question.action) {
    case 'connect':
      return mayConnect(identity, question);
    case 'publish':
      return mayPublish(identity, question.topic, question.retain);
    case 'will':
      return identity.kind === 'device' && ownLeaf(identity.deviceId, question.topic) === 'presence';
    case 'subscribe':
      return maySubscribe(identity, question.filter);
    case 'forward':
      return mayReceive(identity, question.topic);
  }
}

/** Client id = user name = the credential's own id; clean sessions only, so that nothing is kept for anybody. */
function mayConnect(identity: Identity, question: AclQuestion & { action: 'connect' }): boolean {
  const id = identity.kind === 'portal' ? PORTAL_CLIENT_ID : identity.deviceId;
  return (
    question.clientId === id &&
    question.username === id &&
    question.clean &&
    question.keepaliveSeconds >= 1 &&
    question.keepaliveSeconds <= MQTT_KEEPALIVE_MAX_SECONDS
  );
}

function mayPublish(identity: Identity, topic: string, retain: boolean): boolean {
  if (identity.kind === 'portal') {
    const leaf = parseTopic(topic)?.leaf;
    return leaf === 'desired' || (isNumbered(leaf, 'commands') && !retain);
  }
  const leaf = ownLeaf(identity.deviceId, topic);
  if (leaf === undefined) return false;
  if (retain && !RETAINED_BY_DEVICE.includes(leaf)) return false;
  return OUTBOX.includes(leaf) || isNumbered(leaf, 'replies');
}

function maySubscribe(identity: Identity, filter: string): boolean {
  if (identity.kind === 'portal') return PORTAL_FILTERS.includes(filter);
  const own = `${TOPIC_PREFIX}/${identity.deviceId}`;
  return filter === `${own}/desired` || filter === `${own}/commands/+`;
}

function mayReceive(identity: Identity, topic: string): boolean {
  if (identity.kind === 'portal') {
    const leaf = parseTopic(topic)?.leaf;
    return leaf !== undefined && (OUTBOX.includes(leaf) || isNumbered(leaf, 'replies'));
  }
  const leaf = ownLeaf(identity.deviceId, topic);
  return leaf === 'desired' || isNumbered(leaf, 'commands');
}

function ownLeaf(deviceId: string, topic: string): string | undefined {
  const parts = parseTopic(topic);
  return parts?.deviceId === deviceId ? parts.leaf : undefined;
}

function isNumbered(leaf: string | undefined, kind: 'commands' | 'replies'): boolean {
  const [head, id, ...rest] = leaf?.split('/') ?? [];
  return head === kind && rest.length === 0 && CommandId.safeParse(id).success;
}
