/** One question to a device, and the part of its reply that answers it. */
import { AppError } from '@padelvar/shared/errors';
import type { Reply } from '@padelvar/shared/link';
import type { CommandAction } from './commands.ts';
import type { Devices } from './devices.ts';

/** Throws `device_offline` at once, `timeout` where no answer came in time, and what the device says of itself. */
export async function askDevice<Answer>(
  devices: Pick<Devices, 'command'>,
  deviceId: string,
  action: CommandAction,
  pick: (reply: Reply) => Answer | undefined,
): Promise<Answer> {
  const reply = await devices.command(deviceId, action);
  if (reply.error !== undefined) throw new AppError(reply.error.kind, reply.error.message);
  const answer = pick(reply);
  if (answer === undefined) throw new AppError('internal', `expected ${action.type} in the device’s reply`);
  return answer;
}
