/**
 * Tests of the portal's pages. All files of a process share one system and one browser: to start them takes as long as many a
 * test. Each file has a player of its own in it and leaves it as it was. Each test has visits of its own, whose troubles fail
 * it; one that failed leaves no court in use.
 */
import { randomBytes } from 'node:crypto';
import { expect, test as base } from 'vitest';
import { openMailbox } from '../../cloud/test/support/mailbox.ts';
import type { CourtOptions } from '../../edge/src/simulate/court.ts';
import { isLongRun } from '../../edge/test/support/figures.ts';
import { logIn } from '../../scripts/system/api-client.ts';
import type { Login, System } from '../../scripts/system/system.ts';
import { openBrowser } from './browser.ts';
import { createVisits } from './browser-visits.ts';
import { openLab } from './lab.ts';
import type { Lab } from './lab.ts';

/** A camera that nobody watches costs nothing. */
const COURTS: readonly CourtOptions[] = [
  { kind: 'rtsp', user: 'ref', password: 'p-ss' },
  { kind: 'rtsp' },
  { kind: 'mjpeg' },
  ...(isLongRun ? [{ kind: 'still' } as const, { kind: 'rtsp', stream: { codec: 'hevc' } } as const] : []),
];
/** Reached on the club's network; somebody starts the daemon again. */
const EDGE_SETTINGS = { PADELVAR_LAN_HOST: '0.0.0.0', PADELVAR_SUPERVISED: 'yes' };

export const test = base
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const browser = await openBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend('mailbox', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const mailbox = await openMailbox();
    onCleanup(() => mailbox.close());
    return mailbox;
  })
  .extend('sharedLab', { scope: 'worker' }, async ({ mailbox }, { onCleanup }) => {
    const mail = {
      PADELVAR_SMTP_URL: mailbox.settings.url,
      PADELVAR_MAIL_FROM: 'PadelVar <video@portal.test>',
    };
    const lab = await openLab(COURTS, mail, EDGE_SETTINGS);
    onCleanup(() => lab.close());
    return lab;
  })
  .extend('lab', { scope: 'file' }, async ({ sharedLab }, { onCleanup }) => {
    onCleanup(await noteState(sharedLab));
    const { system } = sharedLab;
    return { ...sharedLab, system: { ...system, ...(await addPlayer(system)) } };
  })
  .extend('visits', ({ browser, lab, onTestFailed }, { onCleanup }) => {
    onTestFailed(() => endSessions(lab));
    const visits = createVisits(browser, lab.system);
    onCleanup(async () => {
      expect(await visits.end()).toEqual([]);
    });
    return visits;
  });

export interface Member extends Login {
  name: string;
}

/** Of the system's club, whom no other test knows: with an empty library. */
export async function addMember({ admin, clubId }: System, name: string): Promise<Member> {
  const id = randomBytes(4).toString('hex');
  const role = 'PLAYER';
  const member = { role, name, email: `player-${id}@padelvar.example`, password: `${id}-${id}` } as const;
  await admin.createUser({ ...member, clubIds: [clubId] });
  return member;
}

/** A new member is the system's player from now on. */
async function addPlayer(system: System): Promise<Pick<System, 'logins' | 'login'>> {
  const player = await addMember(system, 'Pau Player');
  return {
    logins: [...system.logins.filter(({ role }) => role !== player.role), player],
    login: (role) =>
      role === player.role ? logIn(system.origin, player.email, player.password) : system.login(role),
  };
}

/** Answers what ends all that is open, and sets the club, its courts and their cameras as they are now. */
async function noteState({ system, simulator }: Lab): Promise<() => Promise<void>> {
  const { admin, clubId } = system;
  const findClub = async () => (await admin.clubs()).items.find((club) => club.clubId === clubId);
  const [club, settings] = [await findClub(), await admin.settings()];
  return async () => {
    await admin.changeSettings(settings);
    for (const { deviceId } of (await admin.devices()).items)
      await admin.updateDevice(deviceId, { uplinkKbitPerSecond: null });
    for (const court of simulator.courts) await court.setFault({ fault: 'none' });
    await endSessions({ system });
    if (club !== undefined) await admin.updateClub(clubId, club);
    if ((await findClub())?.logo !== null) await admin.removeLogo(clubId);
    for (const [index, { address }] of simulator.courts.entries()) {
      const number = String(index + 1);
      const first = { name: `Court ${number}`, cameraAddress: address, audio: false, lowDelay: false };
      await admin.updateCourt(`court${number}`, first);
    }
  };
}

/** For a test that leaves a match open. */
export async function endSessions({ system: { admin } }: Pick<Lab, 'system'>): Promise<void> {
  const { items } = await admin.listSessions({ open: true });
  for (const { sessionId } of items) await admin.closeSession(sessionId);
}
