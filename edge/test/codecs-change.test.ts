import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FurtherMovie } from '@padelvar/shared/link';
import { expect, it } from 'vitest';
import { tellFigures } from './support/figures.ts';
import { inspectMovie, openMatchLab } from './support/match-lab.ts';
import { SMALL_CLIP, startTestCourts } from './support/test-courts.ts';

it('a change of codec in the middle begins a second movie, and the first says why it has a gap', async () => {
  const simulator = await startTestCourts([{ kind: 'rtsp', otherStream: { codec: 'hevc' } }], SMALL_CLIP);
  const lab = await openMatchLab(simulator.courts);
  try {
    const sessionId = lab.open('c1');
    const further = (): readonly FurtherMovie[] | undefined => lab.get(sessionId).report.recording?.further;
    await lab.reaches(sessionId, 'created');
    lab.start(sessionId);
    await lab.records(sessionId, 3_000);
    await simulator.courts[0]?.setFault({ fault: 'codec', seconds: 6 });
    await lab.records(sessionId, 6_000);
    await simulator.courts[0]?.setFault({ fault: 'drop' });
    await lab.until('a gap', () => lab.get(sessionId).report.recording?.gaps.length === 1);
    await lab.records(sessionId, 3_000);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    const paths = [lab.moviePath(sessionId), lab.moviePath(sessionId).replace('.mp4', '.2.mp4')];
    await lab.until('the final file', () => existsSync(paths[0] ?? ''));
    const { recording } = lab.get(sessionId).report;
    expect(recording?.gaps).toMatchObject([{ reason: 'codec_changed' }]);
    const [, second = ''] = paths;
    await lab.until('the second movie to be told', () => further() !== undefined);
    const [{ from, to } = { from: 0, to: 0 }] = (recording?.gaps ?? []).map(({ fromMs, toMs }) => ({
      from: fromMs,
      to: toMs,
    }));
    const { fromMs = 0, frames: secondFrames } = further()?.[0] ?? {};
    expect(further()).toMatchObject([
      { number: 2, codec: 'hvc1', width: 640, height: 352, reason: 'codec_changed' },
    ]);
    expect(fromMs).toBeGreaterThanOrEqual(from);
    expect(fromMs).toBeLessThan(to);
    const beside = lab.get(sessionId).findFurther(2);
    expect(await beside?.read(0, beside.totalBytes)).toEqual(await readFile(second));
    expect(lab.get(sessionId).findFurther(3)).toBeUndefined();
    expect(lab.manager.finished()).toMatchObject([{ sessionId, further: [2] }]);
    await lab.restart({ withoutDatabase: true });
    expect(further()).toMatchObject([{ number: 2, frames: secondFrames }]);
    const framesOf: number[] = [];
    for (const path of paths) {
      const { frames, complaints, repeated, reordered } = await inspectMovie(path, simulator.clip);
      framesOf.push(frames);
      expect({ complaints, repeated, reordered }).toEqual({ complaints: '', repeated: 0, reordered: 0 });
      expect(frames).toBeGreaterThan(50);
    }
    expect((await readFile(paths[1] ?? '')).includes('hvc1')).toBe(true);
    const [first = 0, behind = 0] = framesOf;
    tellFigures('a change of codec', { movies: paths.length, first, behind, gapMs: to - from });
  } finally {
    await lab.dispose();
    await simulator.close();
  }
});

it('a camera that was set from H.265 to H.264 goes on being recorded', async () => {
  const simulator = await startTestCourts(
    [{ kind: 'rtsp', stream: { codec: 'hevc' }, otherStream: { codec: 'h264' } }],
    SMALL_CLIP,
  );
  const lab = await openMatchLab(simulator.courts);
  try {
    const sessionId = lab.open('c1');
    await lab.reaches(sessionId, 'created');
    lab.start(sessionId);
    await lab.records(sessionId, 2_000);
    await simulator.courts[0]?.setFault({ fault: 'codec' });
    // Some seconds of it: what an attempt in vain leaves is empty.
    const second = join(lab.folder(sessionId), 'part-2.mp4');
    const grown = (): boolean => (statSync(second, { throwIfNoEntry: false })?.size ?? 0) > 300_000;
    await lab.until('a second part', grown);
    lab.stop(sessionId);
    await lab.reaches(sessionId, 'complete');
    const further = (): readonly FurtherMovie[] | undefined => lab.get(sessionId).report.recording?.further;
    await lab.until('the second movie to be told', () => further() !== undefined);
    expect(further()).toMatchObject([{ number: 2, codec: 'avc1', reason: 'codec_changed' }]);
  } finally {
    await lab.dispose();
    await simulator.close();
  }
});
