import { describe, expect, it } from 'vitest';
import { DEFAULT_CLIP } from './clip-spec.ts';
import { formatStreamName, parseShownOrder, planStream } from './stream-spec.ts';

describe('a stream spec', () => {
  it('is the clip’s own unless something else is asked for', () => {
    expect(formatStreamName(DEFAULT_CLIP, planStream(DEFAULT_CLIP))).toBeUndefined();
    expect(formatStreamName(DEFAULT_CLIP, planStream(DEFAULT_CLIP, { bFrames: 2 }))).toBe('h264-v1-b2-gop50');
    expect(formatStreamName(DEFAULT_CLIP, planStream(DEFAULT_CLIP, { codec: 'hevc', gopFrames: 300 }))).toBe(
      'hevc-v1-b0-gop300',
    );
  });

  it('reads when each frame is shown from FFmpeg’s list', () => {
    const times =
      '#tb 0: 1/25\n0,  -2,   0,  1, 9, 0x1\n0,  -1,   3,  1, 9, 0x2\n0,  0,  1,  1, 9, 0x3\n0,  1,  2,  1, 9, 0x4\n';
    expect(parseShownOrder(times)).toEqual([0, 3, 1, 2]);
  });
});
