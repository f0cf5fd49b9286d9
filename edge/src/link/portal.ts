/** The portal as this device knows it: the way in (token, client), its time, and what only this device can open. */
import type { SealedCamera } from '@padelvar/shared/camera';
import type { Clock } from '../base/clock.ts';
import { createDeviceToken, type DeviceToken } from './device-token.ts';
import type { DeviceEnrollment, Identity } from './identity.ts';
import { createPortalClient, type PortalClient } from './portal-client.ts';
import { createPortalTime, type PortalTime } from './portal-time.ts';
import { openSealedCamera } from './sealed-camera.ts';

export interface Portal {
  readonly enrollment: DeviceEnrollment;
  readonly token: DeviceToken;
  readonly client: PortalClient;
  readonly time: PortalTime;
  /** The camera's address. Throws `bad_request` where it was sealed to another device or court. */
  openCamera(courtId: string, sealed: SealedCamera): string;
}

export function createPortal(options: {
  enrollment: DeviceEnrollment;
  identity: Identity;
  clock: Clock;
  /** Told with each token. */
  onWatchKey?: (key: string) => void;
}): Portal {
  const { enrollment, identity, clock, onWatchKey } = options;
  const time = createPortalTime(clock);
  const token = createDeviceToken({ enrollment, identity, clock, time, onWatchKey });
  return {
    enrollment,
    token,
    client: createPortalClient(enrollment.portalOrigin, token),
    time,
    openCamera: (courtId, sealed) =>
      openSealedCamera(sealed, { deviceId: enrollment.deviceId, courtId, seal: identity.seal }),
  };
}
