/**
 * The order of the test files: those that take long begin, so that none of them is left alone at the end. Vitest knows how
 * long each took from the run before; where there was none, as on a fresh clone, it goes by the size of the file, which says
 * nothing of tests that watch a camera for half a minute.
 */
import { basename } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Those of 20 s and more that their size puts late, the longest first. */
const LONG = [
  ...['planned', 'stream', 'bench', 'three-courts', 'restart', 'device-support'],
  ...['accessibility', 'first-day', 'court-code', 'power-cut', 'codecs', 'camera-trouble-neighbours'],
  ...['recording-crash', 'picture-trouble', 'simulate', 'low-delay', 'many-matches', 'codecs-sound', 'disk'],
  ...['codecs-change', 'camera-trouble', 'simulate-command', 'time-camera-clock', 'replay', 'processes'],
  ...['interleavings-kills', 'interleavings', 'upload-kills', 'foreign-camera', 'week-away', 'storyboard'],
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONG.indexOf(basename(moduleId, '.test.ts'));
  return place === -1 ? LONG.length : place;
}
