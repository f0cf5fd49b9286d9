/** A recording whose parts are real movies, as it lies in its folder when its recorder has ended. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readBootId } from '../../src/base/child-process.ts';
import { systemClock as clock } from '../../src/base/clock.ts';
import { createLivePart } from '../../src/ingest/live-part.ts';
import type { LivePart } from '../../src/ingest/live-part.ts';
import { createPartRecord, partPath, savePartRecord } from '../../src/ingest/part.ts';
import { recordingPaths, saveRecord } from '../../src/recording/folder.ts';
import type { RecordingPaths } from '../../src/recording/folder.ts';
import { openRecording } from '../../src/recording/recording.ts';
import type { Recording } from '../../src/recording/recording.ts';
import { TEST_FFMPEG } from './test-courts.ts';

const run = promisify(execFile);
export const LEFT_SESSION = 'sess_club_c1_1700000000';

export interface Left {
  recording: Recording;
  paths: RecordingPaths;
  close(): Promise<void>;
}

export interface LeftOptions {
  dataDir: string;
  /** FFmpeg's options for it. */
  encoder: readonly string[];
  /** Of the parts behind the first, where they differ. */
  laterEncoder?: readonly string[];
  /** What the stored object keeps for its header. */
  headerRoomBytes: number;
  /** Begin 5 s apart. */
  parts: number;
  /** A source of FFmpeg's `lavfi`, or one for each part by its number. */
  source?: string | ((part: number) => string);
  frames: number;
}

export async function leaveRecording(options: LeftOptions): Promise<Left> {
  const {
    headerRoomBytes,
    encoder,
    laterEncoder = encoder,
    source = 'testsrc=size=160x96:rate=25',
  } = options;
  const paths = recordingPaths(options.dataDir, 'club', LEFT_SESSION);
  await mkdir(paths.folder, { recursive: true });
  const opened: LivePart[] = [];
  for (let number = 1; number <= options.parts; number += 1) {
    await run(TEST_FFMPEG, [
      ...['-v', 'error', '-f', 'lavfi', '-i', typeof source === 'string' ? source : source(number)],
      ...['-frames:v', String(options.frames)],
      ...[
        '-pix_fmt',
        'yuv420p',
        '-g',
        '25',
        ...(number === 1 ? encoder : laterEncoder),
        '-video_track_timescale',
        '90000',
      ],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '480000'],
      partPath(paths.folder, number),
    ]);
    const at = { beganMonotonicMs: 1_000 + number * 5_000, beganAtMs: 1_000 + number * 5_000 };
    const record = { ...createPartRecord(number, { bootId: '', pid: 0, startTicks: 0 }), ...at };
    await savePartRecord(paths.folder, record);
    const part = createLivePart({ folder: paths.folder, record, growing: false, clock });
    await part.look();
    opened.push(part);
  }
  const mark = {
    ...{ sessionId: LEFT_SESSION, clubId: 'club', courtId: 'c1', part: 1, offset: 0 },
    ...{ startedMonotonicMs: 6_000, startedAtMs: 6_000, durationSeconds: 600, headerRoomBytes },
    bootId: readBootId(),
  };
  await saveRecord(paths.folder, 'start.json', mark);
  return {
    paths,
    recording: openRecording(paths, mark, () => opened, clock),
    close: async () => {
      await Promise.all(opened.map((part) => part.close()));
    },
  };
}
