import { ROLES } from '@padelvar/shared/roles';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../auth/caller.ts';
import { ACTIONS, decide, findRelation, type AccessObject } from './decide.ts';

const caller = (role: Caller['role'], clubIds: string[] = []): Caller => ({
  userId: 'me',
  email: 'me@example.test',
  name: 'Me',
  role,
  clubIds,
  authSessionId: 'login',
});
const club: AccessObject = { kind: 'club', clubId: 'north' };
const session = (ownerId: string, participantIds: string[] = []): AccessObject => ({
  kind: 'session',
  clubId: 'north',
  ownerId,
  participantIds,
});
const user = (userId: string, clubIds: string[]): AccessObject => ({ kind: 'user', userId, clubIds });

describe('what a caller is to an object', () => {
  it.each([
    ['SUPER_ADMIN', [], session('me'), 'super'],
    ['SUPPORT', [], session('me'), 'support'],
    ['CLUB_ADMIN', ['north'], session('me'), 'club-admin'],
    ['CLUB_ADMIN', ['south'], session('me'), 'owner'],
    ['CLUB_ADMIN', ['south'], session('you'), 'stranger'],
    ['PLAYER', ['north'], session('me', ['me']), 'owner'],
    ['PLAYER', [], session('me'), 'owner'],
    ['PLAYER', [], session('you', ['me']), 'participant'],
    ['PLAYER', ['north'], session('you', ['her']), 'member'],
    ['PLAYER', ['south'], session('you'), 'stranger'],
    ['CLUB_ADMIN', ['south', 'north'], club, 'club-admin'],
    ['PLAYER', ['north'], club, 'member'],
    ['PLAYER', [], club, 'stranger'],
    ['PLAYER', ['north'], user('me', ['north']), 'self'],
    ['PLAYER', ['north'], user('you', ['north']), 'member'],
    ['CLUB_ADMIN', ['north'], user('you', ['north']), 'club-admin'],
    ['CLUB_ADMIN', ['north'], user('you', ['north', 'south']), 'member'],
    ['CLUB_ADMIN', ['north'], user('you', ['south']), 'stranger'],
    ['CLUB_ADMIN', ['north'], user('you', []), 'stranger'],
  ] as const)('%s of %j to %j: %s', (role, clubIds, object, relation) => {
    expect(findRelation(caller(role, [...clubIds]), object)).toBe(relation);
  });
});

describe('a video to which somebody objects', () => {
  const shown = (who: Caller, ownerId: string, participantIds: string[] = []) =>
    (['video.watch', 'video.thumbnail', 'video.download', 'video.share', 'video.delete'] as const).map(
      (action) =>
        decide(who, action, { ...session(ownerId, participantIds), isHidden: true } as AccessObject),
    );
  it.each([
    ['its owner, who may delete it', caller('PLAYER'), 'me', 'withheld withheld withheld withheld allow'],
    ['whoever plays in it', caller('PLAYER'), 'you', 'withheld withheld withheld forbidden forbidden'],
    ['the club, which looks', caller('CLUB_ADMIN', ['north']), 'you', 'allow allow withheld withheld allow'],
    ['super administrators', caller('SUPER_ADMIN'), 'you', 'allow allow withheld withheld allow'],
    ['strangers', caller('PLAYER', ['south']), 'her', 'hidden hidden hidden hidden hidden'],
  ] as const)('shows %s what it must', (_who, who, ownerId, expected) => {
    const participants = ownerId === 'you' ? ['me'] : [];
    expect(shown(who, ownerId, participants).join(' ')).toBe(expected);
  });
});

describe('a guest', () => {
  const guest = { guestId: 'guest_1' };
  const own = session('guest_1');

  it('is to what it recorded what the table says, and nobody to all else', () => {
    const allowed = ACTIONS.filter((action) => decide(guest, action, own) === 'allow');
    expect(allowed.sort()).toEqual([
      ...['preview.snapshot', 'preview.stream', 'session.close', 'session.extend', 'session.let-in'],
      ...['session.open', 'session.see', 'session.start', 'session.stop'],
    ]);
    for (const action of ACTIONS) {
      for (const object of [
        session('guest_2'),
        session('me', ['guest_1']),
        club,
        { kind: 'global' } as const,
      ]) {
        expect(decide(guest, action, object)).toBe('unauthenticated');
      }
    }
  });
});

describe('a court by its printed code', () => {
  const code = (guestsWelcome: boolean): AccessObject => ({
    kind: 'court-code',
    clubId: 'north',
    guestsWelcome,
  });

  it.each([
    ['nobody', undefined, 'unauthenticated', 'allow'],
    ['a guest', { guestId: 'guest_1' }, 'unauthenticated', 'allow'],
    ['a member', caller('PLAYER', ['north']), 'allow', 'allow'],
    ['a player of another club', caller('PLAYER', ['south']), 'forbidden', 'allow'],
    ['an administrator of another club', caller('CLUB_ADMIN', ['south']), 'forbidden', 'allow'],
    ['support', caller('SUPPORT'), 'forbidden', 'forbidden'],
    ['its administrator', caller('CLUB_ADMIN', ['north']), 'allow', 'allow'],
  ] as const)('is opened by %s: %s; %s, where guests are welcome %s', (_who, visitor, without, welcome) => {
    expect(decide(visitor, 'session.open', code(false))).toBe(without);
    expect(decide(visitor, 'session.open', code(true))).toBe(welcome);
  });
});

describe.each(ACTIONS)('%s', (action) => {
  it('is nobody’s who is not logged in', () => {
    for (const object of [club, session('me'), { kind: 'global' } as const]) {
      expect(decide(undefined, action, object)).toBe('unauthenticated');
    }
  });

  it('is a SUPER_ADMIN’s', () => {
    expect(decide(caller('SUPER_ADMIN'), action, session('you'))).toBe('allow');
  });

  it('on an object of another club finds nothing there', () => {
    for (const role of ROLES.filter((name) => name === 'CLUB_ADMIN' || name === 'PLAYER')) {
      expect(decide(caller(role, ['south']), action, club)).toBe('hidden');
      expect(decide(caller(role, ['south']), action, session('you'))).toBe('hidden');
    }
  });
});
