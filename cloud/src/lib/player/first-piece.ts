/**
 * The first piece of a movie, asked for as soon as the text of its playlist is there. A player takes a tenth of a second to
 * be there and to read a long playlist; the line would be idle meanwhile.
 */
import type { OpenedPlaylist } from './opened-playlist.ts';

export interface FirstPiece {
  /** The answer, once, to whoever asks for these very bytes; `to` is the first byte behind them. */
  take(url: string, from?: number, to?: number): Promise<Response> | undefined;
  /** Nobody will take it, or its taker goes away. */
  close(): void;
}

export interface Piece {
  url: string;
  from: number;
  to: number;
}

const FIRST = /^#EXT-X-BYTERANGE:(\d+)@(\d+)\n([^#\s]\S*)$/m;

export function openFirstPiece({ address, arrived }: OpenedPlaylist): FirstPiece {
  const closed = new AbortController();
  let asked: (Piece & { answer: Promise<Response> }) | undefined;
  void arrived.then((text) => {
    const piece = text === undefined || closed.signal.aborted ? undefined : findFirstPiece(text, address);
    if (piece === undefined) return;
    const headers = { range: `bytes=${piece.from}-${piece.to - 1}` };
    asked = { ...piece, answer: fetch(piece.url, { headers, signal: closed.signal }) };
    asked.answer.catch(() => undefined);
  });
  return {
    take(url, from, to) {
      if (asked?.url !== url || asked.from !== from || asked.to !== to) return undefined;
      const { answer } = asked;
      asked = undefined;
      return answer;
    },
    close: () => closed.abort(),
  };
}

/** Of the first segment; undefined where it is no range of bytes. */
export function findFirstPiece(text: string, address: string): Piece | undefined {
  const [, bytes, from, uri] = FIRST.exec(text) ?? [];
  if (bytes === undefined || from === undefined || uri === undefined) return undefined;
  const base = new URL(address, typeof location === 'undefined' ? undefined : location.href);
  return { url: new URL(uri, base).href, from: Number(from), to: Number(from) + Number(bytes) };
}
