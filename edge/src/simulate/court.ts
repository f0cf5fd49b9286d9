/** One simulated court: its server, its live stream and its faults. */
import type { Clock } from '../base/clock.ts';
import type { AuthenticationScheme, Credentials } from './authentication.ts';
import type { Clip } from './clip/clip.ts';
import type { CourtContext, CourtService } from './court-service.ts';
import { HEALTHY, planFault, type Fault, type FaultPlan } from './fault.ts';
import { startFrameClock } from './frame-clock.ts';
import { createMjpegService, createStillService } from './http-service.ts';
import { createListener, type Listener } from './listener.ts';
import { createRtspService, type RtspOptions } from './rtsp/rtsp-service.ts';
import { createSentFrames, type SentFrame } from './sent-frames.ts';

export interface CourtOptions extends RtspOptions {
  kind: 'rtsp' | 'mjpeg' | 'still';
  /** 0, the default, takes any free one. */
  port?: number;
  user?: string;
  password?: string;
  /** Which schemes the court offers; both by default, as cameras do. */
  authentication?: readonly AuthenticationScheme[];
  /** Frames per second of an MJPEG court, at most the clip's; an RTSP court has the clip's own. */
  fps?: number;
}

export interface SimulatedCourt {
  readonly kind: CourtOptions['kind'];
  /** With user and password, as a club would type it. */
  readonly address: string;
  readonly port: number;
  /** What was put on the wire, the newest ten minutes. */
  framesSent(): SentFrame[];
  connections(): number;
  /** How often an RTSP court gave that answer, say to `PLAY` with 200. */
  answers(method: string, status: number): number;
  /** Resolves once the fault is in effect. Ends the one before. */
  setFault(fault: Fault): Promise<void>;
  close(): Promise<void>;
}

export interface CourtSurroundings {
  clip: Clip;
  ffmpegPath: string;
  clock: Clock;
  host: string;
}

const REOPEN_INTERVAL_MS = 1_000;

export async function openCourt(
  options: CourtOptions,
  { clip, clock, host, ffmpegPath }: CourtSurroundings,
): Promise<SimulatedCourt> {
  const sent = createSentFrames();
  const answers = new Map<string, number>();
  let condition = HEALTHY;
  let cancelEnd = (): void => undefined;
  const credentials = findCredentials(options);
  const service = await createService(options, {
    ...{ clip, clock, sent, credentials, ffmpegPath },
    condition: () => condition,
    schemes: options.authentication ?? ['digest', 'basic'],
    onAnswer(method, status) {
      const answer = `${method} ${String(status)}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    },
  });
  const listener = createListener(service.server, host, options.port ?? 0);
  await listener.open();
  const stopFrames = startFrames(options, clip, clock, service);

  const apply = async (plan: FaultPlan): Promise<void> => {
    cancelEnd();
    await service.prepare(plan.condition);
    condition = plan.condition;
    await arrangeListener(listener, plan);
    if (plan.endsAfterMs !== undefined) endAfter(plan.endsAfterMs);
  };
  const endAfter = (ms: number): void => {
    cancelEnd = clock.setTimer(ms, () => {
      // Somebody may have taken the port meanwhile: it is asked for again.
      apply(planFault({ fault: 'none' })).catch(() => endAfter(REOPEN_INTERVAL_MS));
    });
  };
  return {
    kind: options.kind,
    address: formatAddress(options.kind, host, listener.port, credentials),
    port: listener.port,
    framesSent: () => sent.list(),
    connections: () => listener.connections(),
    answers: (method, status) => answers.get(`${method} ${String(status)}`) ?? 0,
    setFault: (fault) => apply(planFault(fault)),
    async close() {
      cancelEnd();
      stopFrames();
      await listener.shut();
      listener.drop();
    },
  };
}

function createService(options: CourtOptions, context: CourtContext): CourtService | Promise<CourtService> {
  switch (options.kind) {
    case 'rtsp':
      return createRtspService(context, options);
    case 'mjpeg':
      return createMjpegService(context);
    case 'still':
      return createStillService(context);
  }
}

/** The picture's number follows the clip's rate, however many frames a second are sent. */
function startFrames(options: CourtOptions, clip: Clip, clock: Clock, service: CourtService): () => void {
  const fps = options.kind === 'mjpeg' ? (options.fps ?? clip.fps) : clip.fps;
  return startFrameClock(clock, fps, ({ index }) => {
    service.send({ index, number: Math.floor((index * clip.fps) / fps) % clip.frames });
  });
}

async function arrangeListener(listener: Listener, plan: FaultPlan): Promise<void> {
  if (!plan.condition.listens) await listener.shut();
  if (plan.drops) listener.drop();
  if (plan.condition.listens) await listener.open();
}

function findCredentials({ user, password }: CourtOptions): Credentials | undefined {
  return user === undefined ? undefined : { user, password: password ?? '' };
}

function formatAddress(
  kind: CourtOptions['kind'],
  host: string,
  port: number,
  credentials: Credentials | undefined,
): string {
  const [scheme, path] = {
    rtsp: ['rtsp', 'court'],
    mjpeg: ['http', 'stream.mjpg'],
    still: ['http', 'snapshot.jpg'],
  }[kind] as [string, string];
  const login =
    credentials === undefined
      ? ''
      : `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
  return `${scheme}://${login}${host}:${String(port)}/${path}`;
}
