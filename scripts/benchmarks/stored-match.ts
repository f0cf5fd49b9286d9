/** A stored match that is watched, and the places in it that are looked for. Pure. */
export interface StoredMatch {
  origin: string;
  login: { email: string; password: string };
  sessionId: string;
  seconds: number;
  gopSeconds: number;
}

/** Middles of frames, seconds. */
export interface SeekPlace {
  keyframe: number;
  /** Of a frame somewhere in its group of pictures, in another part of the match. */
  exact: number;
}

/** Places of the seeks as shares of the match, and how far into their group of pictures the exact ones are. */
const PLACES = [
  { share: 0.5, intoGroup: 0.5 },
  { share: 0.9, intoGroup: 0.2 },
  { share: 0.15, intoGroup: 0.8 },
];
const BEHIND = 0.05;
const FRAME_SECONDS = 0.04;

export function planSeeks({ seconds, gopSeconds }: StoredMatch): SeekPlace[] {
  const groupAt = (share: number): number => Math.round((share * seconds) / gopSeconds) * gopSeconds;
  return PLACES.map(({ share, intoGroup }) => {
    const frames = Math.floor((intoGroup * gopSeconds) / FRAME_SECONDS);
    return {
      keyframe: groupAt(share) + FRAME_SECONDS / 2,
      exact: groupAt(share + BEHIND) + (frames + 0.5) * FRAME_SECONDS,
    };
  });
}
