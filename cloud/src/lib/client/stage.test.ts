import { describe, expect, it } from 'vitest';
import { planPollMs, planStage } from './stage.ts';

describe('the stage of a match', () => {
  it.each([
    [undefined, undefined, undefined, 'opening'],
    ['creating', 'none', undefined, 'opening'],
    ['created', 'none', undefined, 'preview'],
    ['created', 'none', 'starting', 'starting'],
    ['starting', 'none', undefined, 'starting'],
    ['recording', 'recording', undefined, 'recording'],
    ['recording', 'recording', 'stopping', 'saving'],
    ['stopping', 'recording', undefined, 'saving'],
    ['stopping', 'none', undefined, 'closing'],
    ['complete', 'uploading', undefined, 'saving'],
    ['complete', 'ready', undefined, 'ready'],
    ['complete', 'none', undefined, 'over'],
    ['complete', 'deleted', undefined, 'over'],
    ['failed', 'none', undefined, 'failed'],
    ['failed', 'uploading', undefined, 'saving'],
    ['failed', 'ready', undefined, 'ready'],
  ] as const)('is %s with a movie %s and %s pending: %4$s', (state, movie, pending, stage) => {
    const elapsedSeconds = movie === 'none' ? 0 : 60;
    const status = state === undefined ? undefined : { state, movie, elapsedSeconds };
    expect(planStage(status, pending)).toBe(stage);
  });

  it('is polled every 2 s while recording, and no more once it is over', () => {
    expect(planPollMs('recording')).toBe(2000);
    expect(planPollMs('ready')).toBeUndefined();
  });
});
