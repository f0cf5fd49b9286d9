/** Whether this browser has a decoder for a recording's codec, by its sample entry (`avc1`, `hvc1`). */

/** H.265, main profile, up to 1080p at 60 pictures a second: what cameras send. */
const H265 = 'video/mp4; codecs="hvc1.1.6.L123.B0"';

export function canPlay(codec: string | null): boolean {
  return codec !== 'hvc1' || document.createElement('video').canPlayType(H265) !== '';
}
