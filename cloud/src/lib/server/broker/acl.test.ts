import { describe, expect, it } from 'vitest';
import { decideAcl, type AclQuestion, type Identity } from './acl.ts';

const A = 'dev_aaaaaaaa';
const B = 'dev_bbbbbbbb';
const device: Identity = { kind: 'device', deviceId: A };
const portal: Identity = { kind: 'portal' };
const topic = (leaf: string, of = A): string => `padelvar/v1/devices/${of}/${leaf}`;
const publish = (leaf: string, retain = false, of = A): AclQuestion => ({
  action: 'publish',
  topic: topic(leaf, of),
  retain,
});
const subscribe = (filter: string): AclQuestion => ({ action: 'subscribe', filter });
const forward = (leaf: string, of = A): AclQuestion => ({ action: 'forward', topic: topic(leaf, of) });
const connect = (changes: Partial<AclQuestion & { action: 'connect' }> = {}): AclQuestion => ({
  action: 'connect',
  clientId: A,
  username: A,
  clean: true,
  keepaliveSeconds: 20,
  ...changes,
});
const will = (leaf: string, of = A): AclQuestion => ({
  action: 'will',
  topic: topic(leaf, of),
  retain: true,
});

const allowed: [string, Identity, AclQuestion][] = [
  ['a device connects as itself', device, connect()],
  ['a device reports, retained', device, publish('reported', true)],
  ['a device says that it is there', device, publish('presence', true)],
  ['a device tells an event', device, publish('events')],
  ['a device replies', device, publish('replies/0123456789')],
  ['a device leaves a will about its presence', device, will('presence')],
  ['a device hears what is desired', device, subscribe(topic('desired'))],
  ['a device hears commands', device, subscribe(topic('commands/+'))],
  ['a device is given its document', device, forward('desired')],
  ['a device is given a command', device, forward('commands/0123456789')],
  ['the portal connects', portal, connect({ clientId: 'portal', username: 'portal' })],
  ['the portal says what is desired', portal, publish('desired', true)],
  ['the portal commands', portal, publish('commands/0123456789')],
  ['the portal hears all reports', portal, subscribe(topic('reported', '+'))],
  ['the portal is given a report', portal, forward('reported', B)],
];

const refused: [string, Identity | undefined, AclQuestion][] = [
  ['nobody connects', undefined, connect()],
  ['nobody publishes', undefined, publish('reported', true)],
  ['a device with another client id', device, connect({ clientId: B })],
  ['a device with another user name', device, connect({ username: B })],
  ['a device as the portal', device, connect({ clientId: 'portal', username: 'portal' })],
  ['a session that outlives its connection', device, connect({ clean: false })],
  ['a connection without keep-alive', device, connect({ keepaliveSeconds: 0 })],
  ['a keep-alive of 61 s', device, connect({ keepaliveSeconds: 61 })],
  ['a report for another device', device, publish('reported', true, B)],
  ['a device that desires', device, publish('desired', true)],
  ['a device that commands', device, publish('commands/0123456789')],
  ['a retained event', device, publish('events', true)],
  ['a reply to no command', device, publish('replies/x')],
  ['a reply one level too deep', device, publish('replies/0123456789/more')],
  ['a topic outside the prefix', device, { action: 'publish', topic: 'reported', retain: false }],
  ['a will in another’s name', device, will('presence', B)],
  ['a will that reports', device, will('reported')],
  ['all devices at once', device, subscribe(topic('desired', '+'))],
  ['everything', device, subscribe('#')],
  ['everything of one’s own', device, subscribe(topic('#'))],
  ['the broker’s own topics', device, subscribe('$SYS/#')],
  ['another’s document', device, subscribe(topic('desired', B))],
  ['being given another’s document', device, forward('desired', B)],
  ['being given another’s command', device, forward('commands/0123456789', B)],
  ['being given one’s own report', device, forward('reported')],
  ['the portal as a device', portal, connect()],
  ['the portal reporting', portal, publish('reported', true)],
  ['a retained command', portal, publish('commands/0123456789', true)],
  ['the portal leaving a will', portal, will('presence')],
  ['the portal hearing everything', portal, subscribe('#')],
];

describe('the access list', () => {
  it.each(allowed)('allows: %s', (_fact, identity, question) => {
    expect(decideAcl(identity, question)).toBe(true);
  });
  it.each(refused)('refuses: %s', (_fact, identity, question) => {
    expect(decideAcl(identity, question)).toBe(false);
  });
});
