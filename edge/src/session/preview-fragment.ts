/** A fragment of a growing part as the live preview wants it: read when needed, and no more of it than that. */
import { findVideoTrack } from '@padelvar/shared/mp4/init-segment';
import type { Part } from '../ingest/live-part.ts';
import { runsOf } from '../mp4/fragment.ts';
import type { Fragment } from '../mp4/fragment.ts';
import { writeSingleSampleHeader } from '../mp4/single-sample.ts';
import type { LiveFragment } from '../proxy/live-preview.ts';

export function toLiveFragment(part: Pick<Part, 'init' | 'read'>, fragment: Fragment): LiveFragment {
  const track = part.init === undefined ? undefined : findVideoTrack(part.init);
  const run = track === undefined ? undefined : runsOf(fragment, track.trackId)[0];
  return {
    startsWithKeyframe: run?.keyframes[0] === 1,
    read: () => part.read(fragment.offset, fragment.bytes),
    async readKeyframe() {
      if (run === undefined) throw new Error('expected a fragment with video');
      const bytes = run.sizes[0] ?? 0;
      const { trackId, decodeTicks } = run;
      const header = writeSingleSampleHeader({
        trackId,
        decodeTicks,
        bytes,
        sequence: 1,
        durationTicks: run.durations[0] ?? 1,
      });
      return Buffer.concat([header, await part.read(run.offset, bytes)]);
    },
  };
}
