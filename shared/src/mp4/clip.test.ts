import { expect, test } from 'vitest';
import { concatBytes, writeBox, writeFullBox } from './boxes.ts';
import { endOfTracks, planClip } from './clip.ts';
import { writeFileType, writeMovieHeader } from './movie-header.ts';
import type { Chunk, MovieTrack } from './movie-header.ts';
import { parseMovieTracks } from './sample-tables.ts';

const SAMPLE_DESCRIPTION = writeFullBox('stsd', 0, 0, [1], writeBox('avc1', [0, 1]));
const [FRAME_TICKS, FRAMES_PER_CHUNK, LEAD_FRAMES] = [3_600, 12, 2];
const CHUNK_BYTES = 2_000;

/** Chunks of 12 frames of 40 ms, every fourth begins with a keyframe; with B-frames they are shown two frames after decoding. */
function createVideo(
  chunks: number,
  {
    bFrames = false,
    leadOf = () => LEAD_FRAMES,
  }: { bFrames?: boolean; leadOf?: (chunk: number) => number } = {},
): MovieTrack {
  const make = (index: number): Chunk => ({
    offset: index * CHUNK_BYTES,
    durations: new Array<number>(FRAMES_PER_CHUNK).fill(FRAME_TICKS),
    sizes: new Array<number>(FRAMES_PER_CHUNK).fill(100),
    keyframes: Array.from({ length: FRAMES_PER_CHUNK }, (_, at) => (at === 0 && index % 4 === 0 ? 1 : 0)),
    ...(bFrames
      ? { compositionOffsets: new Array<number>(FRAMES_PER_CHUNK).fill(leadOf(index) * FRAME_TICKS) }
      : {}),
  });
  return createTrack(
    'vide',
    90_000,
    Array.from({ length: chunks }, (_, index) => make(index)),
  );
}

/** Chunks of 24 packets of 20 ms at 48 kHz beside them. */
function createSound(chunks: number): MovieTrack {
  const make = (index: number): Chunk => ({
    offset: index * CHUNK_BYTES + 1_500,
    durations: new Array<number>(24).fill(960),
    sizes: new Array<number>(24).fill(10),
    keyframes: new Array<number>(24).fill(1),
  });
  return createTrack(
    'soun',
    48_000,
    Array.from({ length: chunks }, (_, index) => make(index)),
  );
}

function createTrack(handler: string, timescale: number, chunks: Chunk[]): MovieTrack {
  const size = handler === 'vide' ? { width: 640, height: 352 } : { width: 0, height: 0 };
  return { handler, timescale, sampleDescription: SAMPLE_DESCRIPTION, ...size, chunks };
}

const readBack = (tracks: readonly MovieTrack[]): MovieTrack[] =>
  parseMovieTracks(concatBytes(writeFileType(), writeMovieHeader(tracks)));

/**
 * When the samples of a track that begin at `offset` are presented, milliseconds of its movie: by its edit list, as a player
 * reads it.
 */
function presentedMs(track: MovieTrack, offset: number): number {
  const lead = Math.max(0, track.chunks[0]?.compositionOffsets?.[0] ?? 0);
  let ticks = (track.delayTicks ?? 0) - (track.edit?.skipTicks ?? 0) - lead;
  for (const chunk of track.chunks) {
    if (chunk.offset === offset)
      return ((ticks + (chunk.compositionOffsets?.[0] ?? 0)) * 1000) / track.timescale;
    for (let index = 0; index < chunk.durations.length; index += 1) ticks += chunk.durations[index] ?? 0;
  }
  throw new Error(`expected samples at ${String(offset)}`);
}

const SOUND_EDITS: [string, Pick<MovieTrack, 'edit' | 'delayTicks'>][] = [
  ['begins with its picture', {}],
  ['has 80 ms before its picture', { edit: { skipTicks: 3_840, durationTicks: 20 * 23_040 - 3_840 } }],
  ['begins 150 ms after its picture', { delayTicks: 7_200 }],
  ['begins 3 s after its picture', { delayTicks: 144_000 }],
  ['has 80 ms before its picture, and ends early', { edit: { skipTicks: 3_840, durationTicks: 300_000 } }],
];

test.each(SOUND_EDITS)('what the index says of sound that %s is read back', (_name, edits) => {
  const tracks = [createVideo(20, { bFrames: true }), { ...createSound(20), ...edits }];
  const [video, sound] = readBack(tracks);
  expect(video).not.toHaveProperty('edit');
  expect(sound?.delayTicks).toBe(edits.delayTicks);
  expect(sound?.edit).toEqual(edits.edit);
  expect(writeMovieHeader([video, sound].filter((one) => one !== undefined))).toEqual(
    writeMovieHeader(tracks),
  );
});

test.each(
  SOUND_EDITS.flatMap(([name, edits]) =>
    [false, true].flatMap((bFrames) =>
      [
        [0, 3_000],
        [1_300, 4_700],
        [2_500, 9_000],
      ].map((range) => ({ name, edits, bFrames, range })),
    ),
  ),
)('a clip $range of sound that $name (B-frames: $bFrames) moves sound and picture alike', (one) => {
  const movie = [createVideo(20, one), { ...createSound(20), ...one.edits }];
  const [fromMs = 0, toMs = 0] = one.range;
  for (const tracks of [movie, readBack(movie)]) {
    const clip = planClip(tracks, fromMs, toMs);
    const cut = parseMovieTracks(clip.header);
    for (const [index, track] of cut.entries()) {
      const source = tracks[index];
      for (const { offset } of track.chunks) {
        const at = offset - clip.header.byteLength + clip.offset;
        const movedMs = presentedMs(source ?? track, at) - presentedMs(track, offset);
        expect(Math.abs(movedMs - Math.floor(fromMs / 40) * 40)).toBeLessThanOrEqual(1);
      }
    }
  }
});

test('with frames shown out of order a clip has all that are shown before its end, from the keyframe shown before its beginning', () => {
  const movie = [createVideo(20, { bFrames: true })];
  const clip = planClip(movie, 1_920, 2_400);
  const [video] = parseMovieTracks(clip.header);
  // 2,400 ms is the end of the fifth chunk's time, and its last two frames are decoded with the sixth.
  expect(clip.offset).toBe(4 * CHUNK_BYTES);
  expect(video?.chunks).toHaveLength(2);
});

test('a part whose frames are reordered more than the ones before it is cut where it is shown', () => {
  const movie = [createVideo(20, { bFrames: true, leadOf: (chunk) => (chunk < 8 ? 2 : 4) })];
  const clip = planClip(movie, 3_900, 6_000);
  // The keyframe that is decoded at 3,840 ms is shown at 3,920 ms.
  expect(clip.offset).toBe(4 * CHUNK_BYTES);
  const later = planClip(movie, 4_000, 6_000);
  expect(later.offset).toBe(8 * CHUNK_BYTES);
  expect(parseMovieTracks(later.header)[0]?.edit).toEqual({ skipTicks: 7_200, durationTicks: 180_000 });
});

test('a track that does not reach into the clip is left out of it', () => {
  const movie = [createVideo(20), { ...createSound(20), delayTicks: 48_000 * 5 }];
  expect(parseMovieTracks(planClip(movie, 1_000, 4_000).header).map(({ handler }) => handler)).toEqual([
    'vide',
  ]);
  expect(() => planClip(movie, 20_000, 21_000)).toThrow('expected a time within the recording');
  expect(endOfTracks(movie)).toBe(9_600);
});

test.each([
  ['within a picture begins with the whole of it', 1_015, 1_000],
  ['within a gap begins behind it', 3_000, 5_480],
  ['that is a gap from beginning to end is its still picture', 3_000, 3_000, 5_000],
])('a clip that begins %s', (_name, fromMs, beginMs, toMs = 8_000) => {
  const video = createVideo(20);
  // The last frame of the fourth chunk, from 1,880 ms on, lasts 3.6 s.
  const chunks = video.chunks.map((chunk, index) =>
    index === 3 ? { ...chunk, durations: [...new Array<number>(11).fill(FRAME_TICKS), 90 * 3_600] } : chunk,
  );
  const clip = planClip([{ ...video, chunks }, createSound(20)], fromMs, toMs);
  const [cut, sound] = parseMovieTracks(clip.header);
  const lastsTicks = cut?.edit?.durationTicks ?? 0;
  expect(lastsTicks / 90).toBeCloseTo(toMs - beginMs, 0);
  expect((sound?.edit?.durationTicks ?? 0) / 48).toBeCloseTo(toMs - beginMs, 0);
});
