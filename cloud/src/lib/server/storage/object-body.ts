/** Bytes of a file as a stream that reads only as fast as it is drained. */
import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from '@padelvar/shared/byte-range';

const CHUNK_BYTES = 256 * 1024;

/** Ends with an error where the file is deleted meanwhile. Takes `file` over: it is closed at the end, on an error, and when the reader goes away. */
export function streamFileRange(file: FileHandle, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  let position = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // An open file can be read long after its name is gone.
          if ((await file.stat()).nlink === 0) throw new Error('a stored object has been deleted');
          const chunk = new Uint8Array(Math.min(CHUNK_BYTES, end - position));
          const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
          if (bytesRead === 0 && position < end) throw new Error('a stored object is shorter than it was');
          position += bytesRead;
          if (bytesRead > 0) controller.enqueue(chunk.subarray(0, bytesRead));
          if (position < end) return;
          await file.close();
          controller.close();
        } catch (error) {
          await file.close();
          throw error;
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}
