/**
 * One MQTT connection to the portal, from its token to its end; the keeper makes the next one. The library's own
 * reconnection is off: it would come back with an expired token and send old messages after new ones.
 */
import {
  Command,
  Desired,
  type EdgeEvent,
  type Reply,
  type Reported,
  type Telemetry,
} from '@padelvar/shared/link';
import { AppError } from '@padelvar/shared/errors';
import { MAX_PACKET_BYTES, MQTT_KEEPALIVE_SECONDS } from '@padelvar/shared/limits';
import { DEVICE_INBOX, formatTopic, parseTopic } from '@padelvar/shared/topics';
import { connect, type MqttClient } from 'mqtt';
import type { Logger } from '../base/log.ts';

export interface AttemptOptions {
  portalOrigin: string;
  deviceId: string;
  token: string;
  /** Of this connection; a will of an older one is ignored. */
  epoch: number;
  log: Logger;
  onDesired: (desired: Desired) => void;
  /** The reply goes back over this connection. */
  onCommand: (command: Command) => Promise<Reply | undefined>;
  /** The portal does not take this token. */
  onRefused: () => void;
  signal: AbortSignal;
  connectTimeoutMs?: number;
  keepaliveSeconds?: number;
}

export interface LinkConnection {
  /** Each resolves once the broker has the message, and rejects where the connection ends first. */
  publishReported(reported: Reported): Promise<void>;
  publishEvent(event: EdgeEvent): Promise<void>;
  publishReply(reply: Reply): Promise<void>;
  publishTelemetry(telemetry: Telemetry): Promise<void>;
  /** Says again that the device is there, which renews its lease. */
  publishPresence(): Promise<void>;
  /** Resolves with the cause when the connection is over, however it ended. */
  readonly ended: Promise<string>;
  /** Takes leave without a will: the device is about to connect again, or says so itself. */
  leave(farewell: 'stays-online' | 'goes-offline'): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The portal cuts a larger packet off, and would again after each reconnection; HTTPS takes it. */
const MAX_BODY_BYTES = MAX_PACKET_BYTES - 1024;
/** CONNACK return code, MQTT 3.1.1 clause 3.2.2.3. */
const NOT_AUTHORIZED = 5;

/** Resolves once connected, subscribed and announced. */
export async function attemptLink(options: AttemptOptions): Promise<LinkConnection> {
  const client = connect(formatUrl(options.portalOrigin), connectOptions(options));
  const ended = watchEnd(client);
  const connection = wrap(client, options, ended);
  client.on('message', (topic, payload) => receive(options, connection, topic, payload));
  client.on('error', (error) => {
    if ('code' in error && error.code === NOT_AUTHORIZED) options.onRefused();
  });
  const abort = (): void => void client.end(true);
  options.signal.addEventListener('abort', abort);
  try {
    await Promise.race([waitForConnect(client), ended.then((cause) => Promise.reject(new Error(cause)))]);
    await subscribe(client, options.deviceId);
    await connection.publishPresence();
  } catch (error) {
    await client.endAsync(true);
    throw error;
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
  return connection;
}

function formatUrl(portalOrigin: string): string {
  const url = new URL('/mqtt', portalOrigin);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url.href;
}

function connectOptions(options: AttemptOptions): Parameters<typeof connect>[1] & object {
  const { deviceId, token, epoch } = options;
  return {
    clientId: deviceId,
    username: deviceId,
    password: token,
    clean: true,
    keepalive: options.keepaliveSeconds ?? MQTT_KEEPALIVE_SECONDS,
    // Else each message sent would put the next ping off, and a half-open connection never be noticed.
    reschedulePings: false,
    reconnectPeriod: 0,
    connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    resubscribe: false,
    queueQoSZero: false,
    will: {
      topic: formatTopic(deviceId, 'presence'),
      payload: Buffer.from(JSON.stringify({ v: 1, epoch, online: false })),
      qos: 1,
      retain: true,
    },
  };
}

function watchEnd(client: MqttClient): Promise<string> {
  return new Promise((resolve) => {
    let cause = 'connection closed';
    client.on('error', (error) => {
      cause = error.message;
      client.end(true);
    });
    client.once('close', () => resolve(cause));
    client.once('end', () => resolve(cause));
  });
}

function waitForConnect(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    client.once('connect', () => resolve());
  });
}

async function subscribe(client: MqttClient, deviceId: string): Promise<void> {
  const filters = DEVICE_INBOX.map((leaf) => formatTopic(deviceId, leaf as 'desired'));
  // The truth is the acknowledgement packet: what the library calls granted is what was asked for.
  const granted = await new Promise<readonly unknown[]>((resolve, reject) => {
    client.subscribe(filters, { qos: 1 }, (error, _grants, packet) => {
      if (error) reject(error);
      else resolve(packet?.granted ?? []);
    });
  });
  if (granted.some((qos) => typeof qos !== 'number' || qos > 2))
    throw new Error('the portal refused a subscription');
}

function receive(
  { log, onDesired, onCommand }: AttemptOptions,
  connection: LinkConnection,
  topic: string,
  payload: Buffer,
): void {
  const leaf = parseTopic(topic)?.leaf;
  const answer = async (command: Command): Promise<void> => {
    const reply = await onCommand(command);
    // A reply that can't be sent is not sent later: the portal stopped waiting when the connection ended.
    if (reply !== undefined) await connection.publishReply(reply).catch(() => undefined);
  };
  try {
    const body: unknown = JSON.parse(payload.toString('utf8'));
    if (leaf === 'desired') onDesired(Desired.parse(body));
    else if (leaf?.startsWith('commands/') === true) void answer(Command.parse(body));
  } catch (error) {
    log.warn({ leaf, reason: error instanceof Error ? error.message.slice(0, 300) : '' }, 'message dropped');
  }
}

function wrap(
  client: MqttClient,
  { deviceId, epoch }: AttemptOptions,
  ended: Promise<string>,
): LinkConnection {
  const lost = ended.then((cause) => Promise.reject(new Error(cause)));
  lost.catch(() => undefined);
  const publish = async (
    leaf: Parameters<typeof formatTopic>[1],
    body: unknown,
    options: { qos: 0 | 1; retain: boolean },
  ): Promise<void> => {
    const payload = Buffer.from(JSON.stringify(body));
    if (payload.length > MAX_BODY_BYTES) {
      throw new AppError('too_large', `${leaf} of ${String(payload.length)} bytes does not fit a packet`);
    }
    const sent = client.publishAsync(formatTopic(deviceId, leaf), payload, options);
    sent.catch(() => undefined);
    await Promise.race([sent, lost]);
  };
  const presence = (online: boolean): Promise<void> =>
    publish('presence', { v: 1, epoch, online }, { qos: 1, retain: true });
  return {
    publishReported: (reported) => publish('reported', reported, { qos: 1, retain: true }),
    publishEvent: (event) => publish('events', event, { qos: 1, retain: false }),
    publishReply: (reply) => publish(`replies/${reply.commandId}`, reply, { qos: 1, retain: false }),
    publishTelemetry: (telemetry) => publish('telemetry', telemetry, { qos: 0, retain: false }),
    publishPresence: () => presence(true),
    ended,
    async leave(farewell) {
      if (farewell === 'goes-offline') {
        await Promise.race([presence(false).catch(() => undefined), delayOf(FAREWELL_MS)]);
      }
      await Promise.race([client.endAsync(), delayOf(FAREWELL_MS)]);
      if (client.connected || client.disconnecting) await client.endAsync(true);
    },
  };
}

/** A connection that is dead without knowing it must not hold up the end. */
const FAREWELL_MS = 1_000;

function delayOf(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
