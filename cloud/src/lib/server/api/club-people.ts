/** Who belongs to a club, and who is invited to. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  INVITATION_DAYS,
  InvitationCreate,
  InvitationCreated,
  InvitationList,
  InvitationRef,
  InvitationToken,
  InvitationView,
  MemberList,
  MemberRef,
} from '@padelvar/shared/club-api';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { findAccountSettings } from '../auth/account-settings.ts';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['members'];
const security = LOGGED_IN;
const club = z.object({ clubId: ClubId });
const invited = z.object({ token: InvitationToken });

const listMembers = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/members',
  tags,
  security,
  summary: 'Members of a club, by name',
  request: { params: club, query: PageQuery },
  responses: { 200: jsonAnswer(MemberList, 'A page of members'), ...problems(400, 401, 403, 404) },
});

const removeMember = createRoute({
  method: 'delete',
  path: '/api/clubs/{clubId}/members/{userId}',
  tags,
  security,
  summary: 'Take somebody out of a club; their account and their matches stay theirs',
  request: { params: MemberRef },
  responses: { 204: { description: 'Taken out' }, ...problems(400, 401, 403, 404, 409) },
});

const invite = createRoute({
  method: 'post',
  path: '/api/clubs/{clubId}/invitations',
  tags,
  security,
  summary: 'A link with which one person joins the club; shown this once',
  request: { params: club, body: jsonBody(InvitationCreate) },
  responses: {
    201: jsonAnswer(InvitationCreated, 'The invitation'),
    ...problems(400, 401, 403, 404, 409, 429),
  },
});

const listInvitations = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/invitations',
  tags,
  security,
  summary: 'Invitations that may still be accepted, newest first',
  request: { params: club, query: PageQuery },
  responses: { 200: jsonAnswer(InvitationList, 'A page of invitations'), ...problems(400, 401, 403, 404) },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api/clubs/{clubId}/invitations/{invitationId}',
  tags,
  security,
  summary: 'Take an invitation back',
  request: { params: InvitationRef },
  responses: { 204: { description: 'Taken back' }, ...problems(400, 401, 403, 404) },
});

const open = createRoute({
  method: 'get',
  path: '/api/invitations/{token}',
  tags,
  summary: 'What an invitation is to',
  request: { params: invited },
  responses: { 200: jsonAnswer(InvitationView, 'The invitation'), ...problems(400, 410) },
});

const accept = createRoute({
  method: 'post',
  path: '/api/invitations/{token}/accept',
  tags,
  security,
  summary: 'Join the club; the invitation is used up',
  request: { params: invited },
  responses: { 200: jsonAnswer(club, 'The club'), ...problems(400, 401, 409, 410) },
});

const DAY_MS = 24 * 60 * 60_000;
/** Within an hour, by one account: an invitation that is taken back has been sent. */
const MAILED_PER_ACCOUNT = 50;

export function clubPeopleRoutes({ db, clock, members, invitations, mail, gate }: Services) {
  const mailings = createAttemptLimit({ clock, maxFailures: MAILED_PER_ACCOUNT, windowMs: 60 * 60_000 });
  return createSection()
    .openapi(listMembers, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.people', clubId);
      return c.json(await members.list(clubId, c.req.valid('query')), 200);
    })
    .openapi(removeMember, async (c) => {
      const { clubId, userId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.write', clubId);
      await members.remove(gate.requireCaller(c.get('caller')), clubId, userId);
      return c.body(null, 204);
    })
    .openapi(invite, async (c) => {
      const { clubId } = c.req.valid('param');
      const club = await gate.requireClub(c.get('caller'), 'club.write', clubId);
      const caller = gate.requireCaller(c.get('caller'));
      const { email, ...wanted } = c.req.valid('json');
      if (email !== undefined) {
        mailings.check(caller.userId);
        mailings.count(caller.userId);
      }
      const made = await invitations.create(caller, clubId, wanted);
      const letter = { kind: 'invitation', by: caller.name, club: club.name, url: made.url } as const;
      const { locale } = await findAccountSettings(db, caller.userId);
      const mailed =
        email !== undefined &&
        (await mail.post({ to: email, locale, letter, goodForMs: INVITATION_DAYS * DAY_MS }));
      return c.json({ ...made, mailed }, 201);
    })
    .openapi(listInvitations, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.people', clubId);
      return c.json(await invitations.list(clubId, c.req.valid('query')), 200);
    })
    .openapi(revoke, async (c) => {
      const { clubId, invitationId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.write', clubId);
      await invitations.revoke(gate.requireCaller(c.get('caller')), clubId, invitationId);
      return c.body(null, 204);
    })
    .openapi(open, async (c) => c.json(await invitations.open(c.req.valid('param').token), 200))
    .openapi(accept, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await invitations.accept(caller, c.req.valid('param').token), 200);
    });
}
