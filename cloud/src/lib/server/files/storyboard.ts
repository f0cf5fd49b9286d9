/** The pictures of the seek bar as WebVTT: each cue is a tile of the one JPEG beside it. Pure. */
import type { StoryboardLayout } from '@padelvar/shared/side-files';

export function formatStoryboard(layout: StoryboardLayout, durationMs: number): string {
  const { tiles, intervalMs, columns, tileWidth, tileHeight } = layout;
  const cues = Array.from({ length: tiles }, (_, tile) => {
    const beginMs = tile * intervalMs;
    const endMs = tile === tiles - 1 ? Math.max(durationMs, beginMs + 1) : beginMs + intervalMs;
    const place = [
      (tile % columns) * tileWidth,
      Math.floor(tile / columns) * tileHeight,
      tileWidth,
      tileHeight,
    ];
    return `${formatTime(beginMs)} --> ${formatTime(endMs)}\nstoryboard.jpg#xywh=${place.join(',')}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

function formatTime(ms: number): string {
  const whole = Math.round(ms);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  return `${pad(hours)}:${pad(minutes)}:${pad(Math.floor(whole / 1000) % 60)}.${pad(whole % 1000, 3)}`;
}
