import { describe, expect, it } from 'vitest';
import type { VideoStream } from '../clip/stream.ts';
import { describeSound, describeVideo, formatSdp } from './sdp.ts';

const H264: VideoStream = {
  codec: 'h264',
  units: [],
  parameterSets: [Buffer.from([0x67, 0x4d, 0x40, 0x1f]), Buffer.from([0x68, 1])],
};
const HEVC: VideoStream = {
  codec: 'hevc',
  units: [],
  parameterSets: [Buffer.from([0x40, 1]), Buffer.from([0x42, 1]), Buffer.from([0x44, 1])],
};

describe('a description', () => {
  it('carries parameter sets only where it is asked to', () => {
    expect(formatSdp([describeVideo(H264, 25, true)])).toContain(
      'a=fmtp:96 packetization-mode=1;profile-level-id=4D401F;sprop-parameter-sets=Z01AHw==,aAE=',
    );
    expect(formatSdp([describeVideo(HEVC, 25, true)])).toContain(
      'a=rtpmap:96 H265/90000\r\na=fmtp:96 sprop-vps=QAE=; sprop-sps=QgE=; sprop-pps=RAE=',
    );
    for (const stream of [H264, HEVC])
      expect(formatSdp([describeVideo(stream, 25, false)])).not.toContain('sprop');
  });

  it('names the controls of its tracks in order', () => {
    const sound = describeSound({ codec: 'pcma', sampleRate: 8_000, samplesPerPacket: 320 });
    const lines = formatSdp([describeVideo(H264, 25, true), sound]).split('\r\n');
    expect(lines.filter((line) => /^(m=|a=control:t)/.test(line))).toEqual([
      'm=video 0 RTP/AVP 96',
      'a=control:trackID=0',
      'm=audio 0 RTP/AVP 8',
      'a=control:trackID=1',
    ]);
  });
});
