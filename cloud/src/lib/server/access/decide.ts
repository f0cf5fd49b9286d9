/**
 * Who may do what (the permission table) as one pure function. It decides by what somebody is to an object;
 * `gate.ts` loads the object and acts on the answer.
 */
import type { Caller } from '../auth/caller.ts';
import type { Guest } from '../auth/guest.ts';

/** What a caller is to an object, the strongest first. */
export type Relation =
  | 'super'
  | 'support'
  | 'club-admin'
  | 'self'
  | 'owner'
  | 'participant'
  /** Belongs to the object's club. */
  | 'member'
  /** Recorded it without an account; or stands at a court that is open to guests now. */
  | 'guest'
  | 'stranger';

/** Whoever asks: logged in, a guest, or nobody. */
export type Visitor = Caller | Guest | undefined;

const STAFF_READ = ['super', 'support', 'club-admin', 'member'] as const;
const CLUB_STAFF = ['super', 'club-admin'] as const;
const OWN = ['super', 'club-admin', 'owner'] as const;
const OWN_OR_GUESTS = [...OWN, 'guest'] as const;
const SHARED = ['super', 'club-admin', 'owner', 'participant'] as const;

const RULES = {
  'session.open': ['super', 'club-admin', 'member', 'guest'],
  'session.start': OWN_OR_GUESTS,
  'session.stop': OWN_OR_GUESTS,
  'session.extend': OWN_OR_GUESTS,
  'session.close': OWN_OR_GUESTS,
  'session.see': ['super', 'support', 'club-admin', 'owner', 'participant', 'guest'],
  'session.let-in': OWN_OR_GUESTS,
  'preview.stream': [...SHARED, 'guest'],
  'preview.snapshot': ['super', 'support', 'club-admin', 'owner', 'participant', 'guest'],
  'video.watch': SHARED,
  'video.thumbnail': SHARED,
  'storage.read': ['super', 'support'],
  'video.download': SHARED,
  'video.delete': OWN,
  'video.share': OWN,
  /** Given to another player. */
  'video.hand-over': CLUB_STAFF,
  /** Given to the authorities, with a reason. */
  'video.disclose': CLUB_STAFF,
  /** Objections of people who are in a video. */
  'objection.read': ['super', 'support', 'club-admin'],
  'objection.decide': CLUB_STAFF,
  'video.clip': OWN,
  cleanup: ['super', 'support', 'club-admin'],
  'club.read': STAFF_READ,
  'club.write': CLUB_STAFF,
  /** Who belongs to it, and who is invited. */
  'club.people': ['super', 'support', 'club-admin'],
  /** Who looked at its courts and videos. */
  'club.log': ['super', 'support', 'club-admin'],
  'schedule.read': ['super', 'support', 'club-admin'],
  'club.numbers': ['super', 'support', 'club-admin'],
  'club.create': ['super'],
  'club.delete': ['super'],
  'court.read': STAFF_READ,
  'court.write': CLUB_STAFF,
  'court.code': CLUB_STAFF,
  'user.read': ['super', 'support', 'club-admin', 'self'],
  'user.write': CLUB_STAFF,
  /** See the portal as somebody else. */
  'user.impersonate': ['super'],
  'audit.read': ['super', 'support'],
  'portal.settings': ['super'],
  'device.status': ['super', 'support', 'club-admin'],
  'device.command': ['super', 'support'],
  'device.settings': CLUB_STAFF,
  'device.enroll': ['super'],
  'device.delete': ['super'],
} as const satisfies Record<string, readonly Relation[]>;

export type Action = keyof typeof RULES;
export const ACTIONS = Object.keys(RULES) as Action[];

export type AccessObject =
  /** The portal as a whole: lists, creation. What a list holds is narrowed by its own query. */
  | { kind: 'global' }
  /** A club, or a court or device of it. */
  | { kind: 'club'; clubId: string }
  /** A court by its printed code, which by itself grants nothing. */
  | { kind: 'court-code'; clubId: string; guestsWelcome: boolean }
  | {
      kind: 'session';
      clubId: string;
      ownerId: string;
      participantIds: readonly string[];
      /** Somebody who is in its video objects, and nobody has decided yet. */
      isHidden?: boolean;
    }
  | { kind: 'user'; userId: string; clubIds: readonly string[] };

/** `hidden` is answered as if there were no such object; `withheld` is a video that nobody is shown for now. */
export type Decision = 'allow' | 'unauthenticated' | 'hidden' | 'forbidden' | 'withheld';

/** What shows a video to somebody. */
const SHOWING: ReadonlySet<Action> = new Set<Action>([
  'video.watch',
  'video.thumbnail',
  'video.download',
  'video.share',
]);
/** By which whoever decides on an objection sees what it is about. */
const LOOKING: ReadonlySet<Action> = new Set<Action>(['video.watch', 'video.thumbnail']);

export function decide(visitor: Visitor, action: Action, object: AccessObject): Decision {
  if (visitor === undefined || isGuest(visitor)) {
    return isAllowed(action, findGuestRelation(visitor, object)) ? 'allow' : 'unauthenticated';
  }
  const relation = findRelation(visitor, object);
  if (relation === 'stranger') return object.kind === 'court-code' ? 'forbidden' : 'hidden';
  if (!isAllowed(action, relation)) return 'forbidden';
  return isWithheld(action, relation, object) ? 'withheld' : 'allow';
}

/** A hidden video is seen by those alone who decide on it, and leaves by nobody. */
function isWithheld(action: Action, relation: Relation, object: AccessObject): boolean {
  if (object.kind !== 'session' || object.isHidden !== true || !SHOWING.has(action)) return false;
  return !(LOOKING.has(action) && isAllowed('objection.decide', relation));
}

export function isGuest(visitor: Visitor): visitor is Guest {
  return visitor !== undefined && 'guestId' in visitor;
}

/** What stands as a session's owner where this visitor opens one. */
export function idOf(visitor: NonNullable<Visitor>): string {
  return isGuest(visitor) ? visitor.guestId : visitor.userId;
}

function isAllowed(action: Action, relation: Relation): boolean {
  const allowed: readonly Relation[] = RULES[action];
  return allowed.includes(relation);
}

/** What somebody without an account is to `object`. */
function findGuestRelation(guest: Guest | undefined, object: AccessObject): Relation {
  if (object.kind === 'court-code') return object.guestsWelcome ? 'guest' : 'stranger';
  return object.kind === 'session' && guest?.guestId === object.ownerId ? 'guest' : 'stranger';
}

/** What `caller` is to `object`. */
export function findRelation(caller: Caller, object: AccessObject): Relation {
  if (caller.role === 'SUPER_ADMIN') return 'super';
  if (caller.role === 'SUPPORT') return 'support';
  const administers = caller.role === 'CLUB_ADMIN';
  switch (object.kind) {
    case 'global':
      return administers ? 'club-admin' : 'member';
    case 'club':
      return clubRelation(caller, object.clubId);
    case 'court-code':
      return codeRelation(caller, object);
    case 'session':
      return sessionRelation(caller, object);
    case 'user':
      return userRelation(caller, object);
  }
}

/** Where guests are welcome, so are players of other clubs. */
function codeRelation(caller: Caller, object: AccessObject & { kind: 'court-code' }): Relation {
  const inClub = clubRelation(caller, object.clubId);
  return inClub === 'stranger' && object.guestsWelcome ? 'guest' : inClub;
}

function clubRelation(caller: Caller, clubId: string): Relation {
  if (!caller.clubIds.includes(clubId)) return 'stranger';
  return caller.role === 'CLUB_ADMIN' ? 'club-admin' : 'member';
}

function sessionRelation(caller: Caller, session: AccessObject & { kind: 'session' }): Relation {
  const inClub = clubRelation(caller, session.clubId);
  if (inClub === 'club-admin') return inClub;
  if (session.ownerId === caller.userId) return 'owner';
  return session.participantIds.includes(caller.userId) ? 'participant' : inClub;
}

/** A club's administrator looks after those who belong to no other club; others of the club are only members. */
function userRelation(caller: Caller, user: AccessObject & { kind: 'user' }): Relation {
  if (user.userId === caller.userId) return 'self';
  const shared = user.clubIds.filter((clubId) => caller.clubIds.includes(clubId));
  if (shared.length === 0) return 'stranger';
  const isWhollyOwn = shared.length === user.clubIds.length;
  return caller.role === 'CLUB_ADMIN' && isWhollyOwn ? 'club-admin' : 'member';
}
