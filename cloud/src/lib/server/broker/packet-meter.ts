/**
 * Measures MQTT packets in a byte stream without keeping them: only fixed headers are read (MQTT 3.1.1 clause 2.2),
 * so that a packet that is too large is refused by the length it declares, before its body arrives.
 */
import { MAX_CONNECT_PACKET_BYTES, MAX_PACKET_BYTES } from '@padelvar/shared/limits';

const CONNECT = 1;
/** A remaining length has at most four bytes. */
const MAX_LENGTH_BYTES = 4;

export interface PacketMeter {
  /** Why these bytes must not pass, or undefined where they may. */
  admit(chunk: Uint8Array): string | undefined;
  /** The sender has proved who it is: from now on the larger limit holds. */
  accept(): void;
}

export function createPacketMeter(): PacketMeter {
  let accepted = false;
  let totalBytes = 0;
  let bodyLeft = 0;
  let header: number[] = [];
  let first = true;

  const endHeader = (): string | undefined => {
    const type = (header[0] ?? 0) >> 4;
    if (first && type !== CONNECT) return 'the first packet is not CONNECT';
    first = false;
    bodyLeft = remainingLength(header);
    header = [];
    return bodyLeft > (accepted ? MAX_PACKET_BYTES : MAX_CONNECT_PACKET_BYTES)
      ? `a packet of ${bodyLeft} bytes is too large`
      : undefined;
  };

  return {
    admit(chunk) {
      totalBytes += chunk.length;
      if (!accepted && totalBytes > MAX_CONNECT_PACKET_BYTES) return 'too many bytes before CONNECT';
      for (let at = 0; at < chunk.length;) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - at);
          bodyLeft -= step;
          at += step;
          continue;
        }
        const byte = chunk[at++] ?? 0;
        header.push(byte);
        if (header.length === 1 || (byte & 0x80) !== 0) {
          if (header.length > MAX_LENGTH_BYTES) return 'a packet length of more than four bytes';
          continue;
        }
        const problem = endHeader();
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
    accept() {
      accepted = true;
    },
  };
}

function remainingLength(header: readonly number[]): number {
  return header.slice(1).reduce((sum, byte, index) => sum + (byte & 0x7f) * 128 ** index, 0);
}
