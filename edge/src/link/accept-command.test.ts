import type { Command } from '@padelvar/shared/link';
import { expect, it } from 'vitest';
import { createCommandGate } from './accept-command.ts';

const command = (commandId: string, expiresAt: number): Command => ({
  v: 1,
  commandId,
  expiresAt,
  action: { type: 'probe', courtId: 'one' },
});

it('carries a command out once', () => {
  const gate = createCommandGate();
  expect(gate.decide(command('00000001', 1_000), 999)).toBe('run');
  expect(gate.decide(command('00000001', 1_000), 999)).toBe('repeated');
});

it('refuses a command whose time is over', () => {
  expect(createCommandGate().decide(command('00000001', 1_000), 1_000)).toBe('expired');
});

it('refuses every command while portal time is not known', () => {
  expect(createCommandGate().decide(command('00000001', Number.MAX_SAFE_INTEGER), undefined)).toBe(
    'time-unknown',
  );
});
