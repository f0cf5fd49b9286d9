/**
 * Who the device is: an Ed25519 key to sign, an X25519 key to open what is sealed to it, and the enrolment that
 * bound them to a portal. They lie in `identity/` (0700), each file 0600, and leave the device never.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceId } from '@padelvar/shared/ids';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';

export interface KeyPair {
  privateKey: KeyObject;
  /** Raw 32 bytes, base64url. */
  publicKey: string;
}

export interface Identity {
  /** Ed25519. */
  sign: KeyPair;
  /** X25519. */
  seal: KeyPair;
}

export const DeviceEnrollment = z.object({ portalOrigin: z.url(), deviceId: DeviceId });
export type DeviceEnrollment = z.infer<typeof DeviceEnrollment>;

const ENROLLMENT_FILE = 'device.json';

/** The device's keys, made and on disk before anything relies on them. */
export async function loadOrCreateIdentity(folder: string): Promise<Identity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return {
    sign: await loadOrCreateKey(join(folder, 'sign.pem'), 'ed25519'),
    seal: await loadOrCreateKey(join(folder, 'seal.pem'), 'x25519'),
  };
}

/** The portal that knows this device, or undefined where none does yet. */
export async function findEnrollment(folder: string): Promise<DeviceEnrollment | undefined> {
  const text = await readIfThere(join(folder, ENROLLMENT_FILE));
  return text === undefined ? undefined : DeviceEnrollment.parse(JSON.parse(text));
}

export async function saveEnrollment(folder: string, enrollment: DeviceEnrollment): Promise<void> {
  await writeFileAtomic(join(folder, ENROLLMENT_FILE), JSON.stringify(enrollment));
}

async function loadOrCreateKey(path: string, type: 'ed25519' | 'x25519'): Promise<KeyPair> {
  const text = (await readIfThere(path)) ?? (await createKey(path, type));
  const privateKey = createPrivateKey(text);
  if (privateKey.asymmetricKeyType !== type) throw new Error(`expected an ${type} key in ${path}`);
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
  return { privateKey, publicKey };
}

async function createKey(path: string, type: 'ed25519' | 'x25519'): Promise<string> {
  const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  const text = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFileAtomic(path, text);
  return text;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
