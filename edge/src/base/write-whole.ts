/** Writing at a place in a file: all of it, or an error. */
import type { FileHandle } from 'node:fs/promises';

/** One call may write less than it was given, and does so where the disk fills up; the next one then throws ENOSPC. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, offset + done);
    done += bytesWritten;
  }
}
