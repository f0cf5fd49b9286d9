import type { SealedCamera } from '@padelvar/shared/camera';

/** What courts need of the devices. */
export interface CourtDevices {
  sealCamera(deviceId: string, courtId: string, address: string): Promise<SealedCamera>;
  /** The device's desired document changed. */
  touch(deviceId: string): Promise<void>;
  isOnline(deviceId: string): Promise<boolean>;
}
