/** A recording of many minutes as its recorder left it, to be finished and uploaded as the edge does it. */
import { link, mkdir } from 'node:fs/promises';
import { readBootId } from '../../edge/src/base/child-process.ts';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { createLivePart } from '../../edge/src/ingest/live-part.ts';
import { createPartRecord, partPath, savePartRecord } from '../../edge/src/ingest/part.ts';
import { createRecordingFolder, recordingPaths, saveRecord } from '../../edge/src/recording/folder.ts';
import type { RecordingPaths } from '../../edge/src/recording/folder.ts';
import { planHeaderRoom } from '../../edge/src/recording/layout.ts';
import type { ObjectLayout } from '../../edge/src/recording/layout.ts';
import { openRecording } from '../../edge/src/recording/recording.ts';
import type { Recording } from '../../edge/src/recording/recording.ts';

export interface LongRecording {
  readonly recording: Recording;
  readonly paths: RecordingPaths;
  close(): Promise<void>;
}

export interface LongRecordingOptions {
  dataDir: string;
  ids: { sessionId: string; clubId: string; courtId: string };
  /** A part with frames; it gets a second name. */
  part: string;
  layout: ObjectLayout;
  durationSeconds: number;
}

/** Milliseconds of the monotonic clock at which all of them begin. */
const BEGAN_MS = 1_000;

export async function openLongRecording(options: LongRecordingOptions): Promise<LongRecording> {
  const { ids, layout, durationSeconds } = options;
  const paths = recordingPaths(options.dataDir, ids.clubId, ids.sessionId);
  await mkdir(options.dataDir, { recursive: true });
  await createRecordingFolder(paths);
  await link(options.part, partPath(paths.folder, 1));
  const record = {
    ...createPartRecord(1, { bootId: '', pid: 0, startTicks: 0 }),
    ...{ beganMonotonicMs: BEGAN_MS, beganAtMs: BEGAN_MS },
  };
  await savePartRecord(paths.folder, record);
  const part = createLivePart({ folder: paths.folder, record, growing: false, clock });
  await part.look();
  const mark = {
    ...{ ...ids, part: 1, offset: 0, bootId: readBootId(), durationSeconds },
    ...{ startedMonotonicMs: BEGAN_MS, startedAtMs: BEGAN_MS },
    headerRoomBytes: planHeaderRoom(layout, durationSeconds),
  };
  await saveRecord(paths.folder, 'start.json', mark);
  return {
    recording: openRecording(paths, mark, () => [part], clock),
    paths,
    close: () => part.close(),
  };
}
