/** A row of `bench delivery` and how it is printed. Pure. */
import type { ObjectLayout } from '../../edge/src/recording/layout.ts';
import type { SeekCost } from './player-cost.ts';

export type StoreKind = 'folder' | 's3';

export interface DeliveryRow {
  /** The edge's own, or the peer: the AWS SDK's multipart helper, begun at the stop. */
  uploader: 'padelvar' | 'aws-sdk';
  store: StoreKind;
  uplinkRatio: number;
  /** So many times faster than in real time the match went by until shortly before its stop; 1 in real time. */
  speed: number;
  layout: ObjectLayout | null;
  stopToReadyMs: number;
  /** What the edge said at the stop. */
  promisedMs: number | null;
  /** Over the line, with all that HTTP adds. */
  bytesAfterStop: number;
  bytesSentTotal: number;
  objectBytes: number;
  resentBytes: number;
  edgeCpuSeconds: number;
  edgeRssMiB: number;
  /** Medians, over a line of 10 Mbit/s; null where they were not measured. */
  firstFrameMs: { player: number; plain: number; plainInWebKit: number } | null;
  /** In the player. */
  seekMs: SeekCost | null;
  /** Of one exact seek, until nothing more is fetched. */
  seekBytes: number | null;
  /** In a plain file, which is read ahead: bytes until the picture is there. */
  plainSeek: Record<'chromium' | 'webKit', SeekCost & { bytes: number }> | null;
}

export function emptyRow(
  row: Pick<DeliveryRow, 'uploader' | 'store' | 'uplinkRatio' | 'speed'>,
): DeliveryRow {
  return {
    ...row,
    ...{ layout: null, stopToReadyMs: 0, promisedMs: null, bytesAfterStop: 0, bytesSentTotal: 0 },
    ...{ objectBytes: 0, resentBytes: 0, edgeCpuSeconds: 0, edgeRssMiB: 0 },
    ...{ firstFrameMs: null, seekMs: null, seekBytes: null, plainSeek: null },
  };
}

const COLUMNS: readonly (readonly [string, (row: DeliveryRow) => string | number | null])[] = [
  ['uploader', (row) => row.uploader],
  ['store', (row) => row.store],
  ['uplink', (row) => `${String(row.uplinkRatio)} x`],
  ['speed', (row) => row.speed],
  ['layout', (row) => row.layout],
  ['ready ms', (row) => row.stopToReadyMs],
  ['promised', (row) => row.promisedMs],
  ['after stop', (row) => row.bytesAfterStop],
  ['sent', (row) => row.bytesSentTotal],
  ['object', (row) => row.objectBytes],
  ['resent', (row) => row.resentBytes],
  ['CPU s', (row) => row.edgeCpuSeconds],
  ['RSS MiB', (row) => row.edgeRssMiB],
  ['first frame', (row) => row.firstFrameMs?.player ?? null],
  ['plain file', (row) => row.firstFrameMs?.plain ?? null],
  ['in WebKit', (row) => row.firstFrameMs?.plainInWebKit ?? null],
  ['keyframe', (row) => row.seekMs?.keyframe ?? null],
  ['exact', (row) => row.seekMs?.exact ?? null],
  ['seek bytes', (row) => row.seekBytes],
  ['plain exact', (row) => row.plainSeek?.chromium.exact ?? null],
  ['in WebKit', (row) => row.plainSeek?.webKit.exact ?? null],
];
const WIDTH = 12;

export function formatTable(rows: readonly DeliveryRow[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...rows.map((row) => COLUMNS.map(([, pick]) => pick(row)))];
  return lines
    .map((cells) => `${cells.map((cell) => String(cell ?? '-').padStart(WIDTH)).join(' ')}\n`)
    .join('');
}
