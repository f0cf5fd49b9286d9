/** Passkeys in the browser: asking it to make one, or to log in by one. What it says is judged by the portal. */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { Api } from './api.ts';

/** The browser made or used no passkey: its owner said no, or there is none. */
export class PasskeyRefused extends Error {}

export function knowsPasskeys(): boolean {
  return browserSupportsWebAuthn();
}

export async function loginByPasskey(api: Api): Promise<void> {
  const optionsJSON = (await api.beginPasskeyLogin()) as PublicKeyCredentialRequestOptionsJSON;
  const credential = await startAuthentication({ optionsJSON }).catch(refuse);
  await api.loginByPasskey({ credential: { ...credential, response: { ...credential.response } } });
}

export async function addPasskey(api: Api, name: string, password: string): Promise<void> {
  const begun = await api.beginPasskey(password === '' ? {} : { password });
  const optionsJSON = begun as PublicKeyCredentialCreationOptionsJSON;
  const credential = await startRegistration({ optionsJSON }).catch(refuse);
  await api.addPasskey({ name, credential: { ...credential, response: { ...credential.response } } });
}

function refuse(cause: unknown): never {
  throw new PasskeyRefused('the browser made or used no passkey', { cause });
}
