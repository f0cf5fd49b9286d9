/**
 * Golden examples of every message of the control link, as text on the wire. Both sides parse them in their tests:
 * a change that one side would not understand shows here first. Released examples are added to, never changed.
 */

const DEVICE = 'dev_0123456789abcdef';
const SESSION = 'sess_alpha_one_1767225600';

export const GOLDEN = {
  desired: JSON.stringify({
    v: 1,
    deviceId: DEVICE,
    generation: 'a1b2c3',
    rev: 42,
    serverTime: 1767225601000,
    sessions: [
      {
        sessionId: SESSION,
        courtId: 'one',
        openDeadlineAt: 1767225620000,
        recording: {
          requestedAt: 1767225610000,
          startDeadlineAt: 1767225625000,
          durationSeconds: 5400,
          stop: { requestedAt: 1767226000000, reason: 'player' },
        },
        close: { requestedAt: 1767226001000, reason: 'closed' },
      },
    ],
    courts: [
      {
        courtId: 'one',
        clubId: 'alpha',
        name: 'Court 1',
        camera: {
          v: 1,
          ephemeralKey: 'A'.repeat(43),
          nonce: 'B'.repeat(16),
          box: 'c2VhbGVk',
        },
      },
      { courtId: 'two', clubId: 'alpha', name: 'Court 2' },
    ],
    settings: { orphanSessionSeconds: 7200 },
    deletions: ['sess_alpha_two_1767139200'],
    eventsStored: { epoch: 1767225000, seq: 7 },
    aMemberOfALaterVersion: true,
  }),
  desiredWarm: JSON.stringify({
    v: 1,
    deviceId: DEVICE,
    generation: 'a1b2c3',
    rev: 43,
    serverTime: 1767225602000,
    sessions: [],
    courts: [{ courtId: 'two', clubId: 'alpha', name: 'Court 2', warm: true }],
    settings: {},
  }),
  reported: JSON.stringify({
    v: 1,
    generation: 'a1b2c3',
    rev: 42,
    bootId: '7f9f2d0e-0c6b-4b8e-9a35-0d8a3ad1a3ce',
    epoch: 1767225000,
    sessions: [
      {
        sessionId: SESSION,
        courtId: 'one',
        state: 'complete',
        reason: 'player',
        detail: 'the camera was away for 3 s',
        cameraKind: 'rtsp',
        recording: {
          elapsedMs: 390000,
          durationSeconds: 5400,
          bytes: 195000000,
          growing: false,
          reason: 'player',
          gaps: [{ fromMs: 60000, toMs: 63000, reason: 'camera_lost' }],
          movie: {
            bytes: 195100000,
            durationMs: 390000,
            frames: 9675,
            codec: 'avc1.640028',
            width: 1920,
            height: 1080,
          },
          upload: { sentBytes: 190000000, confirmed: false },
        },
      },
    ],
    courts: [{ courtId: 'one', state: 'failed', reason: 'camera_timeout' }],
    erased: ['sess_alpha_two_1767139200'],
    lan: ['192.0.2.7'],
    build: '0.1.0',
    clock: 1767226002000,
  }),
  presence: JSON.stringify({ v: 1, epoch: 1767225001, online: true }),
  will: JSON.stringify({ v: 1, epoch: 1767225001, online: false }),
  command: JSON.stringify({
    v: 1,
    commandId: '5b0c8f0e-3f52-4d1c-8f61-5d9c1b1f2a10',
    expiresAt: 1767226010000,
    action: { type: 'preview', sessionId: SESSION, kind: 'stream', leaseSeconds: 10 },
  }),
  reply: JSON.stringify({
    v: 1,
    commandId: '5b0c8f0e-3f52-4d1c-8f61-5d9c1b1f2a10',
    ok: false,
    error: { kind: 'camera_timeout', message: 'the camera did not answer within 5 s' },
  }),
  event: JSON.stringify({
    v: 1,
    epoch: 1767225000,
    seq: 8,
    at: 1767226003000,
    type: 'camera-lost',
    sessionId: SESSION,
    detail: 'no frame for 3 s',
  }),
  telemetry: JSON.stringify({
    v: 1,
    at: 1767226003000,
    uptimeSeconds: 86400,
    rssBytes: 104857600,
    diskFreeBytes: 500000000000,
    loadAverage: 0.42,
  }),
} as const;
