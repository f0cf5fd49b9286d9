/** A match's server-sent events: what comes, when, and when they end. */
import type { MatchPeople } from '@padelvar/shared/players-api';
import type { RecordStatus } from '@padelvar/shared/portal-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from './support/manual-clock.ts';
import { openTestPortal, type TestPortal } from './support/portal.ts';
import { seedClub, seedCourt, seedDevice, seedSession, seedUser, type SeededUser } from './support/seed.ts';
import { RUNNING } from './support/session-row.ts';

const DEVICE = 'dev_alpha00000000';
/** Everything goes on within this of the clock that the test drives. */
const BEAT_MS = 5_000;

let portal: TestPortal;
let clock: ManualClock;
let sessionId: string;
let owner: SeededUser;
let participant: SeededUser;

beforeEach(async () => {
  clock = createManualClock();
  portal = await openTestPortal({ clock });
  const { services } = portal.app;
  await seedClub(services.db, 'alpha');
  await seedDevice(services.db, 'alpha', { id: DEVICE, online: 1, last_seen_at: clock.nowMs() });
  await seedCourt(services.db, 'alpha', 'one', { device_id: DEVICE });
  owner = await seedUser(services, { role: 'PLAYER', clubIds: ['alpha'], name: 'owner' });
  participant = await seedUser(services, { role: 'PLAYER', name: 'participant' });
  const where = { clubId: 'alpha', courtId: 'one', deviceId: DEVICE, ownerId: owner.userId };
  sessionId = await seedSession(services.db, where, RUNNING);
  await services.db
    .insertInto('session_participant')
    .values({ session_id: sessionId, user_id: participant.userId })
    .execute();
});
afterEach(() => portal.close());

interface Told {
  event: string;
  data: unknown;
}

/** Each call of `next` answers one event; undefined once the stream has ended. */
async function follow(
  who: SeededUser,
): Promise<{ next: () => Promise<Told | undefined>; leave: () => Promise<void> }> {
  const response = await portal.call('GET', `/api/video/record/events/${sessionId}`, { token: who.token });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const text = new TextDecoder();
  const told: Told[] = [];
  return {
    async next() {
      if (told.length === 0) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        told.push(...parseEvents(text.decode(value)));
      }
      return told.shift();
    },
    leave: () => reader.cancel(),
  };
}

function parseEvents(chunk: string): Told[] {
  return [...chunk.matchAll(/event: (\w+)\ndata: (.+)\n\n/g)].map(([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data) as unknown,
  }));
}

const change = async (values: object): Promise<void> => {
  const { db, sessions } = portal.app.services;
  await db.updateTable('match_session').set(values).where('id', '=', sessionId).execute();
  sessions.changed(sessionId);
};

describe('a match tells', () => {
  it('its state at once and after each change, and to its owner who is in it', async () => {
    const events = await follow(owner);
    const people = (await events.next()) as { event: string; data: MatchPeople };
    expect(people).toMatchObject({ event: 'people', data: { participants: [{ name: 'participant' }] } });
    expect(await events.next()).toMatchObject({ event: 'status', data: { state: 'recording' } });
    const next = events.next();
    await change({ stop_requested_at: clock.nowMs(), stop_reason: 'player' });
    expect(await next).toMatchObject({ event: 'people', data: { join: null } });
    expect(await events.next()).toMatchObject({ event: 'status', data: { state: 'stopping' } });
    await events.leave();
  });

  it('to those who take part its state alone', async () => {
    const events = await follow(participant);
    expect(await events.next()).toMatchObject({ event: 'status' });
    const next = events.next();
    await change({ growing: 0 });
    expect(await next).toMatchObject({ event: 'status', data: { growing: false } });
    await events.leave();
  });

  it('that its device is out of touch, though nobody reported anything', async () => {
    const events = await follow(participant);
    await events.next();
    const next = events.next();
    await portal.app.services.db.updateTable('device').set({ online: 0 }).execute();
    await clock.advance(BEAT_MS);
    expect(await next).toMatchObject({ event: 'status', data: { deviceOnline: false } });
    await events.leave();
  });

  it('nothing more once its movie is ready', async () => {
    const events = await follow(participant);
    await events.next();
    const next = events.next();
    await change({ state: 'complete', movie_state: 'ready' });
    const { data } = (await next) as { data: RecordStatus };
    expect(data).toMatchObject({ state: 'complete', movie: 'ready' });
    expect(await events.next()).toBeUndefined();
  });
});

describe('the events end', () => {
  it('for whoever logged out, with a word of it', async () => {
    const events = await follow(participant);
    await events.next();
    const next = events.next();
    await portal.call('POST', '/api/auth/logout', { token: participant.token });
    await clock.advance(BEAT_MS);
    expect(await next).toMatchObject({ event: 'gone', data: { kind: 'unauthenticated' } });
    expect(await events.next()).toBeUndefined();
  });

  it('for whoever is no longer in the match', async () => {
    const events = await follow(participant);
    await events.next();
    const next = events.next();
    await portal.app.services.db.deleteFrom('session_participant').execute();
    await clock.advance(BEAT_MS);
    expect(await next).toMatchObject({ event: 'gone', data: { kind: 'not_found' } });
  });

  it('with the portal, which waits for nobody', async () => {
    const events = await follow(owner);
    await events.next();
    await events.next();
    const next = events.next();
    portal.app.endStreams();
    expect(await next).toBeUndefined();
  });

  it('when their reader goes, and nothing of them is left', async () => {
    const { sessions } = portal.app.services;
    let listeners = 0;
    const onChange = sessions.onChange.bind(sessions);
    sessions.onChange = (listener) => {
      listeners += 1;
      const stop = onChange(listener);
      return () => {
        listeners -= 1;
        stop();
      };
    };
    const events = await follow(owner);
    await events.next();
    expect(listeners).toBe(1);
    await events.leave();
    await expect.poll(() => listeners).toBe(0);
  });
});
