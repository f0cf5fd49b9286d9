/** Takes commands: carries out those that may be, and answers all but repeats. */
import { AppError } from '@padelvar/shared/errors';
import type { Command, Reply } from '@padelvar/shared/link';
import type { Logger } from '../base/log.ts';
import { createCommandGate } from './accept-command.ts';
import type { Portal } from './portal.ts';

/** What a reply says beyond whose it is. */
export type CommandAnswer = Pick<Reply, 'error' | 'camera' | 'logs' | 'restart' | 'diagnostics'>;

export function createCommandIntake(options: {
  portal: Pick<Portal, 'time'>;
  log: Logger;
  onCommand: (command: Command) => Promise<CommandAnswer>;
}): (command: Command) => Promise<Reply | undefined> {
  const { portal, log, onCommand } = options;
  const gate = createCommandGate();
  return async (command) => {
    const decision = gate.decide(command, portal.time.nowMs());
    if (decision === 'repeated') return undefined;
    const { commandId } = command;
    if (decision !== 'run') {
      log.info({ commandId, type: command.action.type, decision }, 'command refused');
      const message = decision === 'expired' ? 'the command came too late' : 'portal time is not known yet';
      return { v: 1, commandId, ok: false, error: { kind: 'timeout', message } };
    }
    const answer = await onCommand(command).catch((error: unknown) => ({ error: describe(error) }));
    return { v: 1, commandId, ok: answer.error === undefined, ...answer };
  };
}

function describe(error: unknown): NonNullable<Reply['error']> {
  return error instanceof AppError
    ? { kind: error.kind, message: error.message.slice(0, 300) }
    : { kind: 'internal', message: 'the device could not carry the command out' };
}
