import { expect, test } from 'vitest';
import { planCopyArguments, planEncodeArguments } from './ffmpeg-arguments.ts';

const INPUT = { inputArguments: ['-i', 'camera'], partPath: '/videos/part-1.mp4' };

/** What stands behind an option; undefined where it is not given. */
function valueOf(planned: readonly string[], option: string): string | undefined {
  const at = planned.indexOf(option);
  return at < 0 ? undefined : planned[at + 1];
}

test('pictures become H.264 of 25 frames a second at CRF 23, veryfast, a keyframe every 2 s, without delay', () => {
  const planned = planEncodeArguments(INPUT);
  const options = ['-c:v', '-preset', '-crf', '-r', '-g', '-tune', '-bsf:v'];
  expect(options.map((option) => valueOf(planned, option))).toEqual([
    ...['libx264', 'veryfast', '23', '25', '50', 'zerolatency', 'dump_extra=freq=keyframe'],
  ]);
});

test.each([
  ['an encoded part', planEncodeArguments(INPUT)],
  ['a copied one', planCopyArguments({ ...INPUT, codec: 'h264' })],
])('%s is fragmented every 480 ms, with no title of the camera’s, and written at once', (_what, planned) => {
  const options = [
    '-movflags',
    '-frag_duration',
    '-video_track_timescale',
    '-map_metadata',
    '-flush_packets',
  ];
  expect(options.map((option) => valueOf(planned, option))).toEqual([
    ...['+frag_keyframe+empty_moov+default_base_moof', '480000', '90000', '-1', '1'],
  ]);
  expect(planned.slice(-3)).toEqual(['-f', 'mp4', '/videos/part-1.mp4']);
});

test.each([
  ['H.264 without sound', { codec: 'h264' }, { '-c:v': 'copy', '-tag:v': undefined, '-c:a': undefined }],
  ['H.265, tagged as Apple wants it', { codec: 'hevc' }, { '-c:v': 'copy', '-tag:v': 'hvc1' }],
  ['AAC as it comes', { codec: 'h264', sound: 'aac' }, { '-c:a': 'copy', '-b:a': undefined }],
  ['G.711 as AAC', { codec: 'h264', sound: 'g711' }, { '-c:a': 'aac', '-b:a': '64k' }],
] as const)('what is copied: %s', (_what, plan, expected) => {
  const planned = planCopyArguments({ ...INPUT, ...plan });
  for (const [option, value] of Object.entries(expected)) expect(valueOf(planned, option)).toBe(value);
  expect(valueOf(planned, '-bsf:v')).toBe('dump_extra=freq=keyframe');
});

test('the low-delay output goes to the loopback beside the part, behind a queue of its own; the part stays last', () => {
  const planned = planCopyArguments({ ...INPUT, codec: 'hevc', sound: 'aac', lowDelayPort: 8085 });
  const url = planned.findIndex((argument) => argument.startsWith('udp:'));
  const [output, part] = [planned.slice(0, url), planned.slice(url + 1)];
  expect(planned[url]).toBe('udp://127.0.0.1:8085?pkt_size=32712&localaddr=127.0.0.2&localport=8085');
  expect(valueOf(output, '-f')).toBe('fifo');
  expect(valueOf(output, '-drop_pkts_on_overflow')).toBe('1');
  expect(valueOf(output, '-recover_any_error')).toBe('1');
  expect(output).not.toContain('0:a:0');
  expect(output).not.toContain('hvc1');
  const alone = planCopyArguments({ ...INPUT, codec: 'hevc', sound: 'aac' });
  expect(alone.slice(-part.length)).toEqual(part);
  expect(alone.join(' ')).not.toContain('udp:');
});
