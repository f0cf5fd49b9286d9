import type { Part } from '../ingest/live-part.ts';

/** A part as a recording needs it: from a running ingest, or from a folder that was left behind. */
export type RecordedPart = Pick<Part, 'record' | 'init' | 'fragments' | 'growing' | 'drift' | 'read'>;
