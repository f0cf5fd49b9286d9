/** The foreign RTSP camera of `gst-court.py` as a test runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface GstCourt {
  address: string;
  close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('gst-court.py', import.meta.url));
/** Debian's own, which has GStreamer's bindings. */
const PYTHON = '/usr/bin/python3';

/** Serves an H.264 file (Annex B, such as a clip's `full.h264`) in a loop; each client starts at its first frame. */
export async function startGstCourt({ clipPath }: { clipPath: string }): Promise<GstCourt> {
  const server = spawn(PYTHON, [SCRIPT, clipPath], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  server.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const ended = once(server, 'close');
  const lines = createInterface({ input: server.stdout });
  const [port] = (await Promise.race([once(lines, 'line'), ended.then(() => [])])) as [string?];
  if (port === undefined) throw new Error(`GStreamer's RTSP server did not start: ${complaint.trim()}`);
  return {
    address: `rtsp://127.0.0.1:${port}/court`,
    async close() {
      server.stdin.end();
      await ended;
    },
  };
}
