/** A court's RTSP video, frame by frame: the clip's own, or the clip coded another way, made once and kept beside it. */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@padelvar/shared/errors';
import { findParameterSets, parseAccessUnits, type AccessUnit, type VideoCodec } from './access-units.ts';
import type { Clip, ClipSize } from './clip.ts';
import { makeFile } from './make-file.ts';
import { formatStreamName, parseShownOrder, planStreamArguments, type StreamSpec } from './stream-spec.ts';

export interface StreamUnit extends AccessUnit {
  /** The frame's number: its place in the order of presentation. */
  shown: number;
}

export interface VideoStream {
  codec: VideoCodec;
  /** In the order of sending. */
  units: StreamUnit[];
  /** SPS and PPS, with H.265 a VPS before them. */
  parameterSets: Buffer[];
}

/** A clip of 20 s of 720p takes some 8 s to be made as H.265, once. */
export async function loadStream(
  clip: Clip,
  size: ClipSize,
  spec: StreamSpec,
  ffmpegPath: string,
): Promise<VideoStream> {
  const { units, folder } = await loadUnits(clip, size, spec, ffmpegPath);
  const parameterSets = findParameterSets(units, spec.codec);
  if (units.length !== clip.frames || parameterSets === undefined) {
    throw new AppError(
      'internal',
      `expected ${String(clip.frames)} frames in ${folder}, found ${String(units.length)}: delete that folder`,
    );
  }
  return { codec: spec.codec, units, parameterSets };
}

async function loadUnits(
  clip: Clip,
  size: ClipSize,
  spec: StreamSpec,
  ffmpegPath: string,
): Promise<{ units: StreamUnit[]; folder: string }> {
  const own = join(clip.folder, `${size}.h264`);
  const name = formatStreamName(clip, spec);
  if (name === undefined) {
    const units = parseAccessUnits(await readFile(own));
    return { units: units.map((unit, shown) => ({ ...unit, shown })), folder: clip.folder };
  }
  const stream = join(clip.folder, `${name}-${size}.${spec.codec}`);
  const times = `${stream}.times`;
  await makeFile(ffmpegPath, stream, async (aside, run) => {
    await run(planStreamArguments(clip, spec, own, { stream: aside, times: `${aside}.times` }));
    await rename(`${aside}.times`, times);
  });
  const units = parseAccessUnits(await readFile(stream), spec.codec);
  const order = parseShownOrder(await readFile(times, 'utf8'));
  return {
    units: units.map((unit, index) => ({ ...unit, shown: order[index] ?? index })),
    folder: clip.folder,
  };
}
