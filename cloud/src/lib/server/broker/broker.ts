/**
 * The embedded MQTT broker: TCP on loopback and WebSocket upgrades at /mqtt, closed to strangers.
 * Owns connections, their limits and the access list. Does not own what messages mean, nor the portal's own
 * client, which enters by the same door (`portal-channel.ts`). May import `clock`, `log` and shared only.
 */
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '@padelvar/shared/errors';
import { MAX_PACKET_BYTES, MQTT_KEEPALIVE_MAX_SECONDS } from '@padelvar/shared/limits';
import { Aedes, type Client } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Identity } from './acl.ts';
import { createBrokerPolicy, type DeviceCredential } from './broker-policy.ts';
import { guardConnection } from './connection-guard.ts';
import { createConnectionLimit, type ConnectionLimits } from './connection-limit.ts';

const MQTT_PATH = '/mqtt';
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_LIMITS: ConnectionLimits = { pendingPerAddress: 128, perAddress: 4_000 };

export interface BrokerOptions {
  clock: Clock;
  log: Logger;
  verifyToken: (token: string) => Promise<DeviceCredential | undefined>;
  /** Where MQTT over TCP listens; port 0 takes a free one. */
  host?: string;
  port: number;
  limits?: Partial<ConnectionLimits> & { connectTimeoutMs?: number };
}

export interface Broker {
  readonly tcpPort: number;
  /** How the portal's own client enters. */
  readonly portalAccess: { url: string; secret: string };
  /** Clients connected now. */
  connections(): number;
  /** Cuts a device off that is not known any more: its token would let it stay until it ends. */
  disconnect(deviceId: string): void;
  /** Takes an HTTP upgrade to /mqtt; answers anything else with an error. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Throws `conflict` naming the setting where the port is taken. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { clock, log, limits = {}, host = '127.0.0.1' } = options;
  const portalSecret = randomBytes(32).toString('base64url');
  const slots = createConnectionLimit({ ...DEFAULT_LIMITS, ...limits });
  const acceptors = new WeakMap<object, (identity: Identity) => void>();
  /** By stream, whose it is once that is known. */
  const open = new Map<Duplex, Identity | undefined>();
  const aedes = await Aedes.createBroker({
    keepaliveLimit: MQTT_KEEPALIVE_MAX_SECONDS,
    ...createBrokerPolicy({
      clock,
      log,
      verifyToken: options.verifyToken,
      portalSecret,
      onAccepted: (client, identity) => acceptors.get(client.conn)?.(identity),
    }),
  });
  logTroubles(aedes, log);

  const enter = (socket: Duplex, address: string, carrier?: Duplex): void => {
    socket.on('error', () => undefined);
    const slot = slots.take(address);
    if (slot === undefined) {
      log.warn({ address }, 'mqtt connection refused: too many from this address');
      socket.destroy();
      return;
    }
    const { stream, accept } = guardConnection(socket, {
      clock,
      connectTimeoutMs: limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      onRefused: (reason) => log.warn({ address, reason }, 'mqtt connection cut off'),
      carrier,
    });
    open.set(stream, undefined);
    stream.once('close', () => {
      slot.release();
      open.delete(stream);
    });
    acceptors.set(stream, (identity) => {
      slot.accept();
      accept();
      open.set(stream, identity);
    });
    aedes.handle(stream);
  };

  const server = createServer({ noDelay: true }, (socket) => enter(socket, socket.remoteAddress ?? ''));
  const webSockets = createWebSocketDoor(enter);
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  return {
    tcpPort: port,
    portalAccess: { url: `mqtt://${host}:${port}`, secret: portalSecret },
    connections: () => aedes.connectedClients,
    disconnect(deviceId) {
      for (const [stream, identity] of open) {
        if (identity?.kind === 'device' && identity.deviceId === deviceId) stream.destroy();
      }
    },
    handleUpgrade: webSockets.handleUpgrade,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const stream of open.keys()) stream.destroy();
      webSockets.close();
      await closed;
    },
  };
}

function createWebSocketDoor(enter: (socket: Duplex, address: string, carrier: Duplex) => void): {
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  close: () => void;
} {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // One message may carry several packets; the guard measures each of them.
    maxPayload: 2 * MAX_PACKET_BYTES,
    handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
  });
  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', () => undefined);
      if (URL.parse(request.url ?? '', 'http://portal')?.pathname !== MQTT_PATH) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        enter(createWebSocketStream(webSocket), request.socket.remoteAddress ?? '', socket);
      });
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function logTroubles(aedes: Aedes, log: Logger): void {
  const debug = (client: Client, error: Error): void =>
    log.debug({ client: client.id, reason: error.message }, 'mqtt client ended');
  aedes.on('clientError', debug);
  aedes.on('connectionError', debug);
  // Typed for its own events only; without a listener this one would end the portal.
  (aedes as EventEmitter).on('error', (error: Error) => log.error({ err: error }, 'mqtt broker'));
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError('conflict', `port ${port} is taken: set PADELVAR_MQTT_PORT to a free one`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
