/**
 * The portal's own MQTT client. It talks to the broker over TCP like everybody else, so that an outside broker is a
 * matter of settings. Nothing is queued while it is away: the database is the truth, and `onConnect` says it again.
 */
import {
  DEVICE_OUTBOX,
  formatTopic,
  parseTopic,
  TOPIC_PREFIX,
  type CommandTopic,
} from '@padelvar/shared/topics';
import { MQTT_KEEPALIVE_SECONDS } from '@padelvar/shared/limits';
import { connect, type MqttClient } from 'mqtt';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { PORTAL_CLIENT_ID } from './acl.ts';

export interface PortalChannel {
  readonly connected: boolean;
  /** False where it could not be sent now. */
  publish(
    deviceId: string,
    leaf: 'desired' | CommandTopic,
    body: unknown,
    options: { qos: 0 | 1; retain: boolean },
  ): boolean;
  /** Called at once where the channel stands, and at each connection from then on. */
  onConnect(listener: () => void): void;
  /** Each message of a device, its body not yet parsed. */
  onMessage(listener: MessageListener): void;
  close(): Promise<void>;
}

type MessageListener = (deviceId: string, leaf: string, payload: Buffer) => void;

const FILTERS = Object.fromEntries(
  [...DEVICE_OUTBOX, 'replies/+'].map((leaf) => [`${TOPIC_PREFIX}/+/${leaf}`, { qos: 1 as const }]),
);
const RECONNECT_MS = 500;

export function openPortalChannel(options: {
  access: { url: string; secret: string };
  clock: Clock;
  log: Logger;
}): PortalChannel {
  const { access, clock, log } = options;
  const connectListeners: (() => void)[] = [];
  const messageListeners: MessageListener[] = [];
  let client: MqttClient;
  let ready = false;
  let closed = false;
  let cancelRetry = (): void => undefined;

  // A new client for each connection: the library would send unacknowledged messages again, old state after new.
  const attempt = (): void => {
    client = connectOnce(access);
    client.on('connect', () => {
      client.subscribe(FILTERS, (error) => {
        if (error) return void client.end(true);
        ready = true;
        for (const listener of connectListeners) listener();
      });
    });
    client.on('error', (error) => log.warn({ reason: error.message }, 'portal broker connection'));
    client.on('message', (topic, payload) => {
      const parts = parseTopic(topic);
      if (parts === undefined) return;
      for (const listener of messageListeners) listener(parts.deviceId, parts.leaf, payload);
    });
    client.once('close', () => {
      ready = false;
      if (!closed) cancelRetry = clock.setTimer(RECONNECT_MS, attempt);
    });
  };
  attempt();

  return {
    get connected() {
      return ready;
    },
    publish(deviceId, leaf, body, { qos, retain }) {
      if (!ready) return false;
      client.publish(formatTopic(deviceId, leaf), JSON.stringify(body), { qos, retain });
      return true;
    },
    onConnect(listener) {
      connectListeners.push(listener);
      if (ready) listener();
    },
    onMessage: (listener) => void messageListeners.push(listener),
    async close() {
      closed = true;
      cancelRetry();
      await client.endAsync(true);
    },
  };
}

function connectOnce(access: { url: string; secret: string }): MqttClient {
  return connect(access.url, {
    clientId: PORTAL_CLIENT_ID,
    username: PORTAL_CLIENT_ID,
    password: access.secret,
    clean: true,
    keepalive: MQTT_KEEPALIVE_SECONDS,
    reschedulePings: false,
    reconnectPeriod: 0,
    queueQoSZero: false,
  });
}
