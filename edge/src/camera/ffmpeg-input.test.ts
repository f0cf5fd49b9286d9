import { expect, test } from 'vitest';
import { planInputArguments, planPacedInputArguments } from './ffmpeg-input.ts';
import type { CameraProbe } from './probe.ts';

const probe: CameraProbe = { kind: 'rtsp', codec: 'h264', hasParameterSets: true, hasAudio: false };

test('an RTSP camera is read through its list, from few protocols, without probing', () => {
  expect(planInputArguments({ listPath: '/run/a.list', probe }).join(' ')).toBe(
    '-protocol_whitelist file,rtsp,rtp,tcp,udp,tls,crypto -analyzeduration 0 -probesize 32 -f concat -safe 0 -i /run/a.list',
  );
});

test('a camera without parameter sets in its description is probed until a keyframe has brought them', () => {
  const planned = planInputArguments({ listPath: 'l', probe: { ...probe, hasParameterSets: false } });
  expect(planned.join(' ')).toContain('-analyzeduration 15000000 -probesize 50000000');
});

test('other cameras are read from the proxy at its pace', () => {
  expect(planPacedInputArguments(8080).slice(-2)).toEqual([
    '-i',
    'http://127.0.0.1:8080/stream.mjpg?pace=25',
  ]);
});
