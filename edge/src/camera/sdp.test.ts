import { expect, test } from 'vitest';
import { parseSdp } from './sdp.ts';

const video = (...lines: string[]): string => ['v=0', 's=x', ...lines, ''].join('\r\n');

test('a camera’s first video stream counts, whatever stands around it', () => {
  expect(
    parseSdp(
      video(
        'm=audio 0 RTP/AVP 0',
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 h264/90000',
        'a=fmtp:96 sprop-parameter-sets=Z0==,aM==',
        'm=video 0 RTP/AVP 97',
        'a=rtpmap:97 H265/90000',
        'm=application 0 RTP/AVP 107',
      ),
    ),
  ).toEqual({ video: { codec: 'H264', hasParameterSets: true }, hasAudio: true, audioCodec: 'PCMU' });
});

test.each([
  ['H264/90000', 'packetization-mode=1', false],
  ['H264/90000', 'sprop-parameter-sets=Z0==', false],
  ['H264/90000', 'a=1; sprop-parameter-sets=Z0==,aM==;b=2', true],
  ['H265/90000', 'sprop-vps=QA==; sprop-sps=Qg==; sprop-pps=RA==', true],
  ['H265/90000', 'sprop-sps=Qg==; sprop-pps=RA==', false],
  ['VP8/90000', 'sprop-parameter-sets=Z0==,aM==', false],
])('%s with %s: parameter sets %s', (map, format, hasParameterSets) => {
  const text = video('m=video 0 RTP/AVP 96', `a=rtpmap:96 ${map}`, `a=fmtp:96 ${format}`);
  expect(parseSdp(text).video?.hasParameterSets).toBe(hasParameterSets);
});

test.each([
  ['m=video 0 RTP/AVP 26', 'JPEG'],
  ['m=video 0 RTP/AVP 99', 'unknown'],
  ['m=video', 'unknown'],
])('%s without a map is %s', (line, codec) => {
  expect(parseSdp(video(line)).video?.codec).toBe(codec);
});

test.each(['', 'v=0\r\n', 'm=audio 0 RTP/AVP 0', '<html>'])('%j holds no video', (text) => {
  expect(parseSdp(text).video).toBeUndefined();
});
