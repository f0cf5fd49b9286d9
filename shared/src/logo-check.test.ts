import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkLogo, LOGO_MAX_BYTES } from './logo-check.ts';
import { readPictureHeader } from './picture-header.ts';

/** One picture as FFmpeg writes it. */
function draw(size: string, ...output: string[]): Uint8Array {
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=5:duration=1`];
  const args = ['-v', 'error', ...input, ...output, '-f', 'image2pipe', '-'];
  return execFileSync('ffmpeg', args, { maxBuffer: 32 * 1024 * 1024 });
}

const ONE = ['-frames:v', '1'];
const PNG = [...ONE, '-c:v', 'png'];
const JPEG = [...ONE, '-c:v', 'mjpeg'];
const WEBP = [...ONE, '-c:v', 'libwebp'];

describe('a picture that FFmpeg wrote', () => {
  it.each([
    ['image/png', PNG],
    ['image/png', [...PNG, '-pix_fmt', 'rgba']],
    ['image/jpeg', JPEG],
    ['image/jpeg', [...JPEG, '-huffman', 'optimal', '-pix_fmt', 'yuvj444p']],
    ['image/webp', WEBP],
    ['image/webp', [...WEBP, '-lossless', '1']],
    ['image/webp', [...WEBP, '-lossless', '1', '-pix_fmt', 'bgra']],
    ['image/webp', [...WEBP, '-pix_fmt', 'yuva420p']],
  ])('as %s is known with its size (%j)', (contentType, output) => {
    const header = readPictureHeader(draw('322x98', ...output));
    expect(header).toEqual({ contentType, width: 322, height: 98, isAnimated: false, isWhole: true });
  });
});

describe('a logo', () => {
  it('has at most 2048 pixels on either side', () => {
    expect(checkLogo(draw('2048x2', ...PNG)).fault).toBeUndefined();
    expect(checkLogo(draw('2050x2', ...PNG)).fault).toBe('pixels');
    expect(checkLogo(draw('2x2050', ...JPEG)).fault).toBe('pixels');
    expect(checkLogo(draw('2x2050', ...WEBP)).fault).toBe('pixels');
  });

  it('has at most 250 kB', () => {
    const small = draw('64x64', ...JPEG);
    expect(checkLogo(Buffer.concat([small, Buffer.alloc(LOGO_MAX_BYTES - small.length)])).fault).toBe(
      undefined,
    );
    expect(checkLogo(Buffer.alloc(LOGO_MAX_BYTES + 1)).fault).toBe('bytes');
  });

  it('does not move', () => {
    const frames = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=5:duration=1', '-v', 'error'];
    const write = (...output: string[]) => execFileSync('ffmpeg', [...frames, ...output, '-']);
    expect(checkLogo(write('-f', 'apng')).fault).toBe('moving');
    expect(checkLogo(write('-c:v', 'libwebp_anim', '-f', 'webp')).fault).toBe('moving');
  });

  it.each([
    ['png', PNG],
    ['jpeg', JPEG],
    ['webp', WEBP],
  ])('is there to its end: a %s that was cut off is refused, wherever it was cut', (_kind, output) => {
    const whole = draw('64x64', ...output);
    for (let bytes = 0; bytes < whole.length; bytes += 7) {
      expect(['kind', 'cut']).toContain(checkLogo(whole.subarray(0, bytes)).fault);
    }
  });

  it.each([
    ['an SVG, which can carry scripts', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'],
    ['a page', '<!doctype html><p>logo.png</p>'],
    ['a GIF', 'GIF89a\x40\x00\x40\x00\x00\x00\x00;'],
    ['nothing', ''],
    ['a movie', '\0\0\0\x20ftypisom\0\0\0\0'],
  ])('is no %s', (_what, text) => {
    expect(checkLogo(Buffer.from(text, 'latin1')).fault).toBe('kind');
  });

  it('with no size is refused', () => {
    const png = Buffer.from(draw('64x64', ...PNG));
    png.writeUInt32BE(0, 16);
    expect(checkLogo(png).fault).toBe('cut');
  });
});
