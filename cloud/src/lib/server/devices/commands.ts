/** One-off commands and their replies. A command that is not answered in time is a timeout; nothing is repeated. */
import { randomUUID } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import type { Command, Reply } from '@padelvar/shared/link';
import type { PortalChannel } from '../broker/portal-channel.ts';
import type { Clock } from '../clock.ts';

export type CommandAction = Command['action'];

export interface CommandOptions {
  /** Milliseconds after which it must not be carried out, and is no longer waited for. */
  expiresInMs?: number;
  qos?: 0 | 1;
}

export interface Commands {
  send(deviceId: string, action: CommandAction, options?: CommandOptions): Promise<Reply>;
  /** A reply that nobody waits for is dropped. */
  settle: (deviceId: string, reply: Reply) => void;
}

const DEFAULT_EXPIRES_IN_MS = 10_000;

export function createCommands({ channel, clock }: { channel: PortalChannel; clock: Clock }): Commands {
  const waiting = new Map<string, (reply: Reply) => void>();
  return {
    send(deviceId, action, { expiresInMs = DEFAULT_EXPIRES_IN_MS, qos = 1 } = {}) {
      const commandId = randomUUID();
      const command: Command = { v: 1, commandId, expiresAt: clock.nowMs() + expiresInMs, action };
      const key = `${deviceId}/${commandId}`;
      if (!channel.publish(deviceId, `commands/${commandId}`, command, { qos, retain: false })) {
        return Promise.reject(new AppError('device_offline', 'the device cannot be reached now'));
      }
      return new Promise((resolve, reject) => {
        const cancel = clock.setTimer(expiresInMs, () => {
          waiting.delete(key);
          reject(new AppError('timeout', `the device did not answer within ${expiresInMs / 1000} s`));
        });
        waiting.set(key, (reply) => {
          waiting.delete(key);
          cancel();
          resolve(reply);
        });
      });
    },
    settle(deviceId, reply) {
      waiting.get(`${deviceId}/${reply.commandId}`)?.(reply);
    },
  };
}
