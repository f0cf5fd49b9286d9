import { CameraAddress } from '@padelvar/shared/camera';
import { describe, expect, it } from 'vitest';
import { findCameraAddressFault } from './camera-address.ts';

describe('a camera address', () => {
  it.each([
    ['rtsp://user:pass@192.168.1.20:554/stream', undefined],
    ['rtsps://camera.local/1', undefined],
    ['http://10.0.0.5/mjpg', undefined],
    ['file:///etc/passwd', 'scheme'],
    ['concat:a|b', 'scheme'],
    ['192.168.1.20', 'scheme'],
    ['rtsp://', 'scheme'],
    ['rtsp://host/a b', 'space'],
    ["rtsp://host/'", 'space'],
    [`rtsp://host/${'a'.repeat(512)}`, 'length'],
  ])('%s is judged as the portal judges it', (text, fault) => {
    expect(findCameraAddressFault(text)).toBe(fault);
    expect(CameraAddress.safeParse(text).success).toBe(fault === undefined);
  });
});
