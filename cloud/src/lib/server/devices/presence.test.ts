import { describe, expect, it } from 'vitest';
import { decidePresence, isPresent } from './presence.ts';

const said = (epoch: number, online: boolean) => ({ v: 1 as const, epoch, online });

describe('presence', () => {
  it.each([
    ['a connection says that it is there', { epoch: 1, online: 0 }, said(2, true), { epoch: 2, online: 1 }],
    ['its own will', { epoch: 2, online: 1 }, said(2, false), { epoch: 2, online: 0 }],
    ['the will of an older connection', { epoch: 2, online: 1 }, said(1, false), undefined],
    ['a device whose count began anew', { epoch: 9, online: 1 }, said(1, true), { epoch: 1, online: 1 }],
  ] as const)('%s', (_fact, known, message, next) => {
    expect(decidePresence(known, message)).toEqual(next);
  });

  it('ends with its lease, will or no will', () => {
    expect(isPresent({ online: 1, last_seen_at: 0 }, 89_999)).toBe(true);
    expect(isPresent({ online: 1, last_seen_at: 0 }, 90_000)).toBe(false);
    expect(isPresent({ online: 0, last_seen_at: 0 }, 1)).toBe(false);
    expect(isPresent({ online: 1, last_seen_at: null }, 1)).toBe(false);
  });
});
