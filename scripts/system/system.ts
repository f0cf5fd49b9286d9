/**
 * The whole of PadelVar on this machine: the built portal with its broker, one enrolled edge, one club with a court
 * for each given camera, and a login for each role. Used by the demonstration and by the system tests.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '@padelvar/shared/roles';
import { systemClock } from '../../edge/src/base/clock.ts';
import { endLeftIngest } from '../../edge/src/recording/left-parts.ts';
import { findLeftRecordings } from '../../edge/src/recording/recover.ts';
import { logIn } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { findFreePort, poll, startProgram } from './processes.ts';
import type { Program } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');
const START_MS = 40_000;

export interface Camera {
  courtId: string;
  name: string;
  address: string;
}

export interface Login {
  role: Role;
  email: string;
  password: string;
}

export interface SystemOptions {
  /** Holds both data folders and the logs. */
  folder: string;
  cameras: readonly Camera[];
  /** Free ports where left out. */
  ports?: { portal: number; mqtt: number; lan: number };
  /** Further settings of the portal. */
  portalSettings?: Record<string, string>;
  /** And of the edge. */
  edgeSettings?: Record<string, string>;
  /** Puts something between the edge and the portal; answers the origin that the edge is to use. */
  between?: (portalOrigin: string) => Promise<string>;
}

export interface System {
  readonly origin: string;
  readonly lanOrigin: string;
  readonly clubId: string;
  readonly logins: readonly Login[];
  readonly admin: ApiClient;
  readonly portalDataDir: string;
  readonly edgeDataDir: string;
  login(role: string): Promise<ApiClient>;
  readonly mqttPort: number;
  /** SIGKILL. */
  killEdge(): Promise<void>;
  startEdge(): Promise<void>;
  /** Waits until the daemon that runs now has logged it. */
  edgeSays(pattern: RegExp, timeoutMs: number): Promise<void>;
  /** Of the daemon that runs now. */
  edgePid(): number | undefined;
  /** The daemon ends by itself; its exit code. */
  edgeEnded(): Promise<number | null>;
  restartPortal(): Promise<void>;
  /** SIGKILL. */
  killPortal(): Promise<void>;
  startPortal(): Promise<void>;
  /** Ends all, FFmpeg included. */
  stop(): Promise<void>;
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const { folder, cameras, ports, portalSettings, edgeSettings, between } = options;
  const [portalPort, mqttPort, lanPort] =
    ports === undefined
      ? [await findFreePort(), await findFreePort(), await findFreePort()]
      : [ports.portal, ports.mqtt, ports.lan];
  const origin = `http://127.0.0.1:${String(portalPort)}`;
  const dirs = { portal: join(folder, 'portal'), edge: join(folder, 'edge') };
  await mkdir(folder, { recursive: true });
  const superAdmin = createLogin('SUPER_ADMIN');
  const startPortal = (): Promise<Program> =>
    startNode('portal', folder, ['cloud/serve.js'], /PadelVar portal: /, {
      ...{
        PORT: String(portalPort),
        HOST: '127.0.0.1',
        PADELVAR_ORIGIN: origin,
        PADELVAR_DATA_DIR: dirs.portal,
      },
      ...{
        PADELVAR_MQTT_PORT: String(mqttPort),
        PADELVAR_ADMIN_EMAIL: superAdmin.email,
        PADELVAR_ADMIN_PASSWORD: superAdmin.password,
      },
      ...portalSettings,
    });
  // As systemd does it; what a killed daemon leaves there goes with the system.
  const memoryFolder = await mkdtemp('/dev/shm/padelvar-system-');
  const edgeEnvironment = {
    ...{ PADELVAR_DATA_DIR: dirs.edge, PADELVAR_LAN_PORT: String(lanPort) },
    RUNTIME_DIRECTORY: memoryFolder,
    ...edgeSettings,
  };
  const edgeProgram = 'edge/bin/padelvar-edge.js';
  const startEdge = (): Promise<Program> =>
    startNode('edge', folder, [edgeProgram, 'run'], /edge started/, edgeEnvironment);

  let portal = await startPortal();
  let edge: Program | undefined;
  const stop = async (): Promise<void> => {
    try {
      await edge?.stop();
      for (const { paths } of await findLeftRecordings(dirs.edge, () => undefined)) {
        await endLeftIngest(paths.folder, systemClock);
      }
    } finally {
      await portal.stop();
      await rm(memoryFolder, { recursive: true, force: true });
    }
  };
  try {
    const admin = await logIn(origin, superAdmin.email, superAdmin.password);
    const clubId = 'demo';
    await admin.createClub({ clubId, name: 'Club de Pádel Demo', timeZone: 'Europe/Paris' });
    const logins = [superAdmin, ...(await createLogins(admin, clubId))];
    const { token } = await admin.enroll({ clubId, name: 'Equipment room' });
    const edgeOrigin = (await between?.(origin)) ?? origin;
    const enroll = startProgram({
      name: 'enroll',
      command: process.execPath,
      arguments: [join(root, edgeProgram), 'enroll', '--portal', edgeOrigin, '--token', token],
      environment: edgeEnvironment,
      logPath: join(folder, 'enroll.log'),
    });
    const deviceId = (await enroll.waitFor(/this device is (\S+)/, START_MS))[1] ?? '';
    edge = await startEdge();
    for (const { courtId, name, address } of cameras) {
      await admin.createCourt(clubId, {
        courtId,
        name,
        deviceId,
        cameraAddress: address,
      });
    }
    await waitUntilOnline(admin, deviceId);
    return {
      origin,
      lanOrigin: `http://127.0.0.1:${String(lanPort)}`,
      ...{ clubId, logins, admin, stop },
      portalDataDir: dirs.portal,
      edgeDataDir: dirs.edge,
      mqttPort,
      login(role) {
        const login = logins.find((candidate) => candidate.role === role);
        if (login === undefined) throw new Error(`no login for ${role}`);
        return logIn(origin, login.email, login.password);
      },
      async killEdge() {
        await edge?.kill();
      },
      async startEdge() {
        edge = await startEdge();
      },
      async edgeSays(pattern, timeoutMs) {
        await edge?.waitFor(pattern, timeoutMs);
      },
      edgePid: () => edge?.pid,
      edgeEnded: () => edge?.ended ?? Promise.resolve(null),
      async restartPortal() {
        await portal.stop();
        portal = await startPortal();
      },
      async killPortal() {
        await portal.kill();
      },
      async startPortal() {
        portal = await startPortal();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNode(
  name: string,
  folder: string,
  [script = '', ...rest]: readonly string[],
  ready: RegExp,
  environment: Record<string, string>,
): Promise<Program> {
  const logPath = join(folder, `${name}.log`);
  const program = startProgram({
    name,
    command: process.execPath,
    arguments: [join(root, script), ...rest],
    environment,
    logPath,
  });
  await program.waitFor(ready, START_MS);
  return program;
}

function createLogin(role: Role): Login {
  return {
    role,
    email: `${role.toLowerCase().replace('_', '-')}@padelvar.example`,
    password: randomBytes(9).toString('base64url'),
  };
}

async function createLogins(admin: ApiClient, clubId: string): Promise<Login[]> {
  const logins = (['SUPPORT', 'CLUB_ADMIN', 'PLAYER'] as const).map(createLogin);
  const names: Record<string, string> = {
    SUPPORT: 'Sam Support',
    CLUB_ADMIN: 'Camille Club',
    PLAYER: 'Pau Player',
  };
  for (const { role, email, password } of logins) {
    const clubIds = role === 'SUPPORT' ? [] : [clubId];
    await admin.createUser({ email, password, role, clubIds, name: names[role] ?? role });
  }
  return logins;
}

async function waitUntilOnline(admin: ApiClient, deviceId: string): Promise<void> {
  const online = await poll(START_MS, async () => {
    const { items } = await admin.devices();
    return items.find((device) => device.deviceId === deviceId)?.online === true ? true : undefined;
  });
  if (online === undefined) throw new Error('expected the edge to come online');
}
