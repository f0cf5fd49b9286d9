/**
 * Which datagrams of a running MPEG-TS stream (ISO/IEC 13818-1, 2.4.3) a decoder gets: from a keyframe on, and after a loss
 * from the next one. Pure. The stream is FFmpeg's: each frame begins a datagram, with the tables before it, and the video
 * has the packet id that FFmpeg gives the first track.
 */

const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
const VIDEO_PID = 0x100;

export interface TransportPiece {
  bytes: Buffer;
  /** A decoder may begin with it. */
  startsWithKeyframe: boolean;
}

export interface TransportCut {
  /** Undefined of what can't be decoded because something before it is missing. */
  take(datagram: Buffer): TransportPiece | undefined;
}

export function createTransportCut(): TransportCut {
  let counter: number | undefined;
  let isWhole = false;
  return {
    take(datagram) {
      let startsWithKeyframe = false;
      for (const packet of readPackets(datagram)) {
        if (packet.pid !== VIDEO_PID) continue;
        const isNext = counter === undefined || packet.counter === ((counter + 1) & 0xf);
        if (packet.isKeyframe) isWhole = startsWithKeyframe = true;
        else if (!isNext) isWhole = false;
        ({ counter } = packet);
      }
      return isWhole ? { bytes: datagram, startsWithKeyframe } : undefined;
    },
  };
}

interface Packet {
  pid: number;
  /** Counts the packets of its track that carry something, 0 to 15. */
  counter: number;
  /** It begins a frame that needs no other. */
  isKeyframe: boolean;
}

function* readPackets(datagram: Buffer): Generator<Packet> {
  for (let at = 0; at + PACKET_BYTES <= datagram.byteLength; at += PACKET_BYTES) {
    if (datagram[at] !== SYNC_BYTE) return;
    const head = datagram.readUInt32BE(at);
    const hasPayload = (head & 0x10) !== 0;
    if (!hasPayload) continue;
    const beginsFrame = (head & 0x400000) !== 0;
    const hasAdaptation = (head & 0x20) !== 0 && datagram.readUInt8(at + 4) > 0;
    const isRandomAccess = hasAdaptation && (datagram.readUInt8(at + 5) & 0x40) !== 0;
    yield { pid: (head >> 8) & 0x1fff, counter: head & 0xf, isKeyframe: beginsFrame && isRandomAccess };
  }
}
