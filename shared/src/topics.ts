/** MQTT topics, all under `padelvar/v1/devices/{deviceId}/`. */

export const TOPIC_PREFIX = 'padelvar/v1/devices';

/** Topics that a device reads. `commands/+` is its filter; one command is `commands/{commandId}`. */
export const DEVICE_INBOX = ['desired', 'commands/+'] as const;
/** Topics that a device writes, besides `replies/{commandId}`. */
export const DEVICE_OUTBOX = ['reported', 'presence', 'events', 'telemetry'] as const;

export type PlainTopic = 'desired' | (typeof DEVICE_OUTBOX)[number];
export type CommandTopic = `commands/${string}` | `replies/${string}`;

export function formatTopic(deviceId: string, leaf: PlainTopic | CommandTopic): string {
  return `${TOPIC_PREFIX}/${deviceId}/${leaf}`;
}

export interface TopicParts {
  deviceId: string;
  leaf: string;
}

/** Device id and leaf of a topic, or undefined where it is not one of ours. */
export function parseTopic(topic: string): TopicParts | undefined {
  const match = /^padelvar\/v1\/devices\/([^/+#]+)\/([^+#]+)$/.exec(topic);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { deviceId: match[1], leaf: match[2] }
    : undefined;
}
