import { describe, expect, it } from 'vitest';
import { Fault, HEALTHY, planFault } from './fault.ts';

describe('a fault', () => {
  it.each([
    [{ fault: 'none' }, {}, false, undefined],
    [{ fault: 'none', seconds: 5 }, {}, false, undefined],
    [{ fault: 'drop' }, {}, true, undefined],
    [{ fault: 'silence', seconds: 3 }, { silent: true }, false, 3_000],
    [{ fault: 'refuse' }, { listens: false }, true, undefined],
    [{ fault: 'reboot' }, { listens: false }, true, 10_000],
    [{ fault: 'reboot', seconds: 2 }, { listens: false }, true, 2_000],
    [{ fault: 'wrong-password' }, { refusesPassword: true }, true, undefined],
    [{ fault: 'resolution', seconds: 8 }, { size: 'half' }, false, 8_000],
    [{ fault: 'codec' }, { otherStream: true }, true, undefined],
    [{ fault: 'clock-forward' }, { clockOffsetSeconds: 10_800 }, false, undefined],
    [{ fault: 'clock-back' }, { clockOffsetSeconds: -10_800 }, false, undefined],
    [{ fault: 'black', seconds: 4 }, { picture: 'black' }, false, 4_000],
    [{ fault: 'frozen' }, { picture: 'frozen' }, false, undefined],
    [{ fault: 'clock-back', jumpSeconds: 3 }, { clockOffsetSeconds: -3 }, false, undefined],
  ] as const)('%j is %j', (fault, condition, drops, endsAfterMs) => {
    expect(planFault(fault)).toMatchObject({
      condition: { ...HEALTHY, ...condition },
      drops,
      endsAfterMs,
    });
  });

  it.each([{ fault: 'fire' }, { fault: 'drop', seconds: 0 }, { fault: 'drop', when: 1 }, undefined])(
    '%j is none',
    (fault) => {
      expect(Fault.safeParse(fault).success).toBe(false);
    },
  );
});
