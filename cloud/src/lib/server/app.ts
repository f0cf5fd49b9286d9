/**
 * The portal, wired: the one place that knows all rooms. Started once by `hooks.server.ts`; tests start their own.
 * What is opened is closed in the reverse order, also where a later step of the start fails.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createGate } from './access/gate.ts';
import { createPortalSettings } from './administration/portal-settings.ts';
import { createApi } from './api/api.ts';
import type { Services } from './api/services.ts';
import { createAudit } from './audit/audit.ts';
import { createOwnAccount } from './account/own-account.ts';
import { createAccounts } from './auth/accounts.ts';
import type { Caller } from './auth/caller.ts';
import { ensureFirstAdmin } from './auth/first-admin.ts';
import { createGuests } from './auth/guests.ts';
import { createImpersonations } from './auth/impersonation.ts';
import { createMayRegister } from './auth/may-register.ts';
import { createMailEntry } from './auth/mail-entry.ts';
import { createPasskeys } from './auth/passkeys.ts';
import { openBroker } from './broker/broker.ts';
import { openPortalChannel } from './broker/portal-channel.ts';
import { systemClock, type Clock } from './clock.ts';
import { createClipMovies } from './clips/clip-movies.ts';
import { createClips } from './clips/clips.ts';
import { createKeepClips } from './clips/keep-clips.ts';
import { createClubLogos } from './clubs/club-logos.ts';
import { createClubNumbers } from './clubs/club-numbers.ts';
import { createClubs } from './clubs/clubs.ts';
import { createCourts } from './clubs/courts.ts';
import { createCourtCodes } from './codes/court-codes.ts';
import { createCourtVisits } from './codes/court-visits.ts';
import { createGuestClaims } from './codes/guest-claims.ts';
import { createStandingRequests } from './codes/standing-requests.ts';
import { openDataDir, type DataDir } from './data-dir.ts';
import { adoptSqlite } from './db/adopt-sqlite.ts';
import { openDatabase, type Db } from './db/database.ts';
import { createDeviceAdmin } from './devices/device-admin.ts';
import { createDeviceTokens } from './devices/device-tokens.ts';
import { createDevices } from './devices/devices.ts';
import { createWatchLinks } from './devices/watch-links.ts';
import { createClipCopies } from './files/clip-copies.ts';
import { createFiles } from './files/files.ts';
import { createMatchLetters } from './files/match-letters.ts';
import { createMatchWriter } from './files/match-writer.ts';
import { createMissingMovies } from './files/missing-movies.ts';
import { createMovieRelay } from './files/movie-relay.ts';
import { createObjectLinks } from './files/object-links.ts';
import { createPlayback } from './files/playback.ts';
import { createRetention } from './files/retention.ts';
import { createStorageSweep } from './files/storage-sweep.ts';
import { getVideoRow } from './files/video-rows.ts';
import { nameMovie } from './files/video-view.ts';
import { startJobs } from './jobs/jobs.ts';
import { sweepRows, sweepUploads } from './jobs/sweep.ts';
import { createLogger, type Logger } from './log.ts';
import { createPeople } from './people/people.ts';
import { createInvitations } from './members/invitations.ts';
import { createMembers } from './members/members.ts';
import { createMail, type Mail } from './mail/mail.ts';
import { createPreviews } from './previews/previews.ts';
import { createLeaving } from './privacy/leave.ts';
import { createObjectionLetters } from './privacy/objection-letters.ts';
import { createObjections } from './privacy/objections.ts';
import { createLiveStatus } from './sessions/live-status.ts';
import { createDuePlans } from './schedules/begin-due.ts';
import { createSchedules } from './schedules/schedules.ts';
import { createSessions } from './sessions/sessions.ts';
import type { Settings } from './settings.ts';
import { createShares } from './shares/shares.ts';
import { openStorage } from './storage/open-storage.ts';
import { createFurtherVideos } from './files/further-videos.ts';
import { createFurtherMovies } from './uploads/further-movies.ts';
import { createSideFiles } from './uploads/side-files.ts';
import { createUploads } from './uploads/uploads.ts';
import { createUsers } from './users/users.ts';

export interface App {
  readonly services: Services;
  /** Answers a request for `/api/…`. */
  fetch(request: Request, connection?: { clientAddress?: string }): Promise<Response>;
  findCaller(headers: Headers): Promise<Caller | undefined>;
  /** MQTT over WebSocket at `/mqtt`; anything else is answered with an error. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends the answers that would go on for ever; others are still given until `close`. */
  endStreams(): void;
  close(): Promise<void>;
}

export interface AppOptions {
  clock?: Clock;
  log?: Logger;
  /** False where somebody else does by hand what the portal does by the clock. */
  hasJobs?: boolean;
}

type Close = () => unknown;

/** Throws AppError where a setting is wrong, a port is taken or another portal has the data folder. */
export async function createApp(settings: Settings, options: AppOptions = {}): Promise<App> {
  const opened: Close[] = [];
  const close = async (): Promise<void> => {
    for (let step = opened.pop(); step !== undefined; step = opened.pop()) await step();
  };
  try {
    return await openApp(settings, options, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openApp(
  settings: Settings,
  { clock = systemClock, log = createLogger(settings.logLevel), hasJobs = true }: AppOptions,
  opened: Close[],
  close: () => Promise<void>,
): Promise<App> {
  const dir = openDataDir(settings.dataDir);
  opened.push(() => dir.close());
  const db = await openDatabase(settings.databaseUrl ?? dir.databasePath, { clock, log });
  opened.push(() => db.destroy());
  if (settings.databaseUrl !== undefined) await adoptSqlite(db, dir.databasePath, log);
  const basis = { db, clock, log, settings };
  const mail = openMail(basis, dir, opened);
  const people = await openPeople(basis, dir);
  const link = await openLink(basis, dir, opened);
  const library = openLibrary(basis, dir, link, people);
  opened.push(() => library.storage.close());
  opened.push(() => library.previews.close());
  const privacy = openPrivacy(basis, people, link, library);
  const courtside = openCourtside(basis, people, link);
  writeAboutMatches(basis, mail, people, { ...library, ...privacy, matchPeople: courtside.people });
  const services: Services = {
    ...basis,
    mail,
    ...openOwnAccounts(basis, mail, people, opened),
    ...people,
    ...link,
    ...library,
    ...courtside,
    ...privacy,
    courts: createCourts({ db, clock, audit: people.audit, devices: link.devices }),
    deviceAdmin: createDeviceAdmin({
      ...{ db, clock, audit: people.audit, broker: link.broker },
      publish: (deviceId) => link.devices.publishDesired(deviceId),
      onEnded: (sessionId) => link.sessions.changed(sessionId),
    }),
  };
  if (hasJobs) {
    const own = [
      planBeginnings(services),
      planHandOvers(services),
      planLapses(services),
      planForgetting(services),
    ];
    const jobs = startJobs([...planJobs(services), ...own], log);
    opened.push(() => jobs.close());
  }
  const api = createApi(services);
  return {
    services,
    fetch: async (request, connection = {}) => api.fetch(request, connection),
    findCaller: (headers) => services.auth.findCaller(headers),
    handleUpgrade: (request, socket, head) => link.broker.handleUpgrade(request, socket, head),
    endStreams() {
      library.previews.close();
      services.liveStatus.close();
    },
    close,
  };
}

interface Basis {
  db: Db;
  clock: Clock;
  log: Logger;
  settings: Settings;
}

/** Mail, and its delivery by the clock. */
function openMail({ db, clock, log, settings }: Basis, dir: DataDir, opened: Close[]) {
  const mail = createMail({ db, clock, log, secret: dir.secretFor('mail'), settings: settings.mail });
  opened.push(() => mail.close());
  const deliver = { name: 'deliver mail', when: '* * * * *', run: () => mail.deliver() };
  const sweep = { name: 'sweep old mail', when: '23 * * * *', run: () => mail.sweep() };
  const jobs = startJobs([deliver, sweep], log);
  opened.push(() => jobs.close());
  return mail;
}

/** Accounts, access and what belongs to people. */
async function openPeople({ db, clock, log, settings }: Basis, dir: DataDir) {
  const auth = createAccounts({ db, clock, log, origin: settings.origin, secret: dir.secretFor('accounts') });
  await ensureFirstAdmin({ db, auth, log, firstAdmin: settings.firstAdmin });
  const audit = createAudit({ db, clock });
  const portalSettings = createPortalSettings({ db, audit });
  const invitations = createInvitations({ db, clock, audit, origin: settings.origin });
  const mayRegister = createMayRegister({
    db,
    isOpen: async () => (await portalSettings.get()).registrationOpen,
    isInvited: (invitation) => invitations.stands(invitation),
  });
  return {
    auth,
    guests: createGuests({ db, clock, origin: settings.origin }),
    audit,
    gate: createGate({ db, audit, clock }),
    portalSettings,
    mayRegister,
    users: createUsers({ db, clock, auth, audit, mayRegister }),
    clubs: createClubs({
      ...{ db, clock, audit },
      defaultRetentionDays: async () => (await portalSettings.get()).defaultRetentionDays,
    }),
    clubLogos: createClubLogos({ db, clock, audit }),
    clubNumbers: createClubNumbers({ db, clock }),
    members: createMembers({ db, audit }),
    schedules: createSchedules({ db, clock, audit }),
    invitations,
  };
}

/** What people do with their own account, and how they get in otherwise than by a password. */
function openOwnAccounts({ db, clock, log, settings }: Basis, mail: Mail, people: People, opened: Close[]) {
  const { origin } = settings;
  const { auth, audit, mayRegister } = people;
  const { identities } = auth;
  const enter: typeof auth.enter = (...who) => auth.enter(...who);
  const mailEntry = createMailEntry({ db, clock, mail, origin, identities, enter, mayRegister });
  const impersonations = createImpersonations({ db, clock, audit });
  const sweep = { name: 'end impersonations', when: '* * * * *', run: () => impersonations.sweep() };
  const jobs = startJobs([sweep], log);
  opened.push(() => jobs.close());
  return {
    mailEntry,
    impersonations,
    passkeys: createPasskeys({ db, clock, origin }),
    ownAccount: createOwnAccount({ db, clock, auth, audit, mail, mailEntry, origin }),
  };
}

/** Letters about matches go out as the matches change. */
function writeAboutMatches(
  { db, clock, log, settings: { origin } }: Basis,
  mail: Mail,
  { auth: { identities } }: People,
  {
    uploads,
    retention,
    objections,
    matchPeople,
  }: Pick<Services, 'uploads' | 'retention' | 'objections'> & { matchPeople: Services['people'] },
): void {
  const writer = createMatchWriter({ db, mail, identities, origin });
  const letters = createMatchLetters({ db, clock, writer });
  const onObjections = createObjectionLetters({ db, writer, nowMs: () => clock.nowMs(), origin });
  const finish = (written: Promise<void>): void =>
    void written.catch((error: unknown) =>
      log.error({ err: error }, 'a letter about a match was not written'),
    );
  uploads.onReady((sessionId) => finish(letters.ready(sessionId)));
  retention.onNotice((ending) => letters.expiring(ending));
  matchPeople.onHandedOver((sessionId) => finish(letters.handedOver(sessionId)));
  objections.onRaised((raised) => finish(onObjections.raised(raised)));
  objections.onSettled((settled) => finish(onObjections.settled(settled)));
}

/** The control link: broker, devices, sessions. */
async function openLink({ db, clock, log, settings }: Basis, dir: DataDir, opened: Close[]) {
  const tokens = createDeviceTokens({ db, clock, secret: dir.secretFor('device-tokens') });
  const broker = await openBroker({
    clock,
    log,
    port: settings.mqttPort,
    verifyToken: (token) => tokens.verify(token),
  });
  opened.push(() => broker.close());
  const channel = openPortalChannel({ access: broker.portalAccess, clock, log });
  opened.push(() => channel.close());
  const watchLinks = createWatchLinks({
    ...{ db, clock, secret: dir.secretFor('watch-links') },
    nameFile: async (sessionId) => nameMovie(await getVideoRow(db, sessionId)),
  });
  const { publicKey: watchKey } = watchLinks;
  const devices = createDevices({ db, clock, log, channel, tokens, watchKey });
  const sessions = createSessions({ db, clock, log, devices });
  devices.onReported((deviceId, reported) => sessions.applyReported(deviceId, reported));
  return { broker, channel, deviceTokens: tokens, devices, sessions, watchLinks };
}

type People = Awaited<ReturnType<typeof openPeople>>;
type Link = Awaited<ReturnType<typeof openLink>>;

/** What players do at the court. */
function openCourtside(
  { db, clock, settings }: Basis,
  { auth, audit, gate, guests }: Awaited<ReturnType<typeof openPeople>>,
  { devices, sessions }: Link,
) {
  const { origin } = settings;
  const courtCodes = createCourtCodes({ db, clock, audit, origin });
  const isProved = async (email: string): Promise<boolean> =>
    settings.mail === undefined || (await auth.identities.findByEmail(email))?.emailVerified === true;
  const people = createPeople({ db, clock, origin, sessions, isProved });
  return {
    courtCodes,
    people,
    liveStatus: createLiveStatus({ clock, sessions }),
    guestClaims: createGuestClaims({ db, audit, guests, sessions }),
    courtVisits: createCourtVisits({ db, clock, gate, guests, devices, codes: courtCodes, sessions, people }),
  };
}

/** What people may ask of what is held about them. */
function openPrivacy(
  { db, clock }: Basis,
  { auth, audit }: People,
  { sessions }: Link,
  { files }: Pick<Services, 'files'>,
) {
  const objections = createObjections({
    ...{ db, clock, audit, files },
    onChanged: (sessionId) => sessions.changed(sessionId),
  });
  return { objections, leaving: createLeaving({ db, audit, auth, files }) };
}

/** Stored movies and how they get there. */
function openLibrary(
  { db, clock, log, settings: { origin, s3, playLinkSeconds } }: Basis,
  dir: DataDir,
  { devices, sessions }: Link,
  { audit }: People,
) {
  const storage = openStorage({ s3, root: dir.path, secret: dir.secretFor('store-links'), clock });
  const { store } = storage;
  const sideFiles = createSideFiles({ db, clock, store });
  const uploads = createUploads({ db, clock, log, store, sideFiles });
  const furtherMovies = createFurtherMovies({ db, clock, log, store });
  const { fetchStored } = storage;
  const relay = createMovieRelay({ clock, origin, fetchStored: fetchStored ?? fetch });
  const isDirect = fetchStored === undefined;
  const links = createObjectLinks({ store, relay, isDirect, playLinkSeconds });
  const furtherVideos = createFurtherVideos({ db, links });
  const further = { furtherMovies, furtherVideos };
  const clipCopies = createClipCopies({ db, store });
  const missingMovies = createMissingMovies({ db, clock, log, store });
  const files = createFiles({
    ...{ ...further, clipCopies, db, clock, store, uploads },
    ...{ sessions, devices, links, missingMovies },
  });
  const shares = createShares({ db, clock, audit, origin });
  const movies = createClipMovies({
    origin,
    fetchStored: fetchStored ?? fetch,
    link: (sessionId) => files.link(sessionId, 'inline'),
  });
  const playback = createPlayback({ db, sideFiles });
  const clips = createClips({
    ...{ db, clock, audit, store, links, movies, clipCopies },
    requireMovie: (sessionId) => files.requireReady(sessionId),
    findThumbnail: (sessionId) => playback.file(sessionId, 'thumbnail.jpg'),
  });
  uploads.onReady((sessionId) => sessions.changed(sessionId));
  furtherMovies.onReady((sessionId) => sessions.changed(sessionId));
  const previews = createPreviews({ db, clock, log, devices, sessions });
  const keepClips = createKeepClips({ db, clock, store, movies, sideFiles, clipCopies });
  const retention = createRetention({ db, clock, log, audit, files, keepClips });
  const storageSweep = createStorageSweep({ db, clock, log, store, missingMovies });
  const stored = { ...further, storage, store, uploads };
  return { ...stored, playback, retention, storageSweep, files, shares, clips, previews };
}

/** A video that nobody decided on is seen again within the minute. */
function planLapses({ objections }: Services) {
  return { name: 'show what nobody decided on', when: '* * * * *', run: () => objections.lapse() };
}

function planForgetting({ objections }: Services) {
  return { name: 'forget the words of objections', when: '43 3 * * *', run: () => objections.forgetWords() };
}

/** Planned recordings begin when they are due, and soon after what was in their way is gone. */
function planBeginnings(services: Services) {
  return { name: 'begin planned recordings', when: '*/10 * * * * *', run: createDuePlans(services) };
}

/** An idle court goes to the next group soon after the club's minutes are over. */
function planHandOvers(services: Services) {
  const run = createStandingRequests(services);
  return { name: 'give idle courts to who waits', when: '*/10 * * * * *', run };
}

type PlannedServices = Pick<
  Services,
  'db' | 'clock' | 'sessions' | 'files' | 'retention' | 'storageSweep' | 'uploads' | 'furtherMovies'
>;

/** Exported for tests: what each does is its room's own, when it does is said here. */
export function planJobs(services: PlannedServices) {
  const { db, clock, sessions, files, retention, storageSweep } = services;
  return [
    {
      name: 'close forgotten sessions',
      when: '*/5 * * * *',
      run: () => sessions.cleanup(),
    },
    { name: 'finish deletions', when: '*/5 * * * *', run: () => files.sweep() },
    { name: 'sweep old rows', when: '7 * * * *', run: () => sweepRows(db, clock) },
    { name: 'give up stale uploads', when: '37 3 * * *', run: () => sweepUploads(services) },
    { name: 'end expired videos', when: '17 * * * *', run: () => retention.run() },
    { name: 'compare store and library', when: '13 4 * * *', run: () => storageSweep.run() },
  ];
}
