/** The client's part for one's own account and the ways into it. For `api.ts` to compose. */
import type {
  Account,
  AccountUpdate,
  AddressChange,
  AddressChanged,
  Impersonation,
  LoginLinkRequest,
  LoginUseList,
  LoginWays,
  Passkey,
  PasskeyBegin,
  PasskeyCreate,
  PasskeyList,
  PasskeyLogin,
  PasswordChange,
} from '@padelvar/shared/account-api';
import type { ResetConfirm, ResetRequest } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import type { RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

export function ownAccount(call: Call) {
  const post = <Answer>(path: string, json?: unknown) =>
    call<Answer>(path, { method: 'POST', ...(json === undefined ? {} : { json }) });
  return {
    loginWays: () => call<LoginWays>('/api/auth/ways'),
    requestLoginLink: (json: z.input<typeof LoginLinkRequest>) =>
      post<unknown>('/api/auth/link-request', json),
    loginByLink: (token: string) => post<unknown>('/api/auth/link', { token }),
    requestReset: (wish: z.input<typeof ResetRequest>) => post<unknown>('/api/auth/reset-request', wish),
    resetPassword: (json: z.input<typeof ResetConfirm>) => post<unknown>('/api/auth/reset', json),
    confirmAddress: (token: string) => post<unknown>('/api/auth/confirm', { token }),
    beginPasskeyLogin: () => post<object>('/api/auth/passkey/begin'),
    loginByPasskey: (json: z.input<typeof PasskeyLogin>) => post<unknown>('/api/auth/passkey', json),

    account: () => call<Account>('/api/account'),
    updateAccount: (json: z.input<typeof AccountUpdate>) =>
      call<Account>('/api/account', { method: 'PATCH', json }),
    changePassword: (json: z.input<typeof PasswordChange>) => post<unknown>('/api/account/password', json),
    changeAddress: (json: z.input<typeof AddressChange>) =>
      post<z.infer<typeof AddressChanged>>('/api/account/email', json),
    requestVerification: () => post<unknown>('/api/account/verification'),
    logins: () => call<z.infer<typeof LoginUseList>>('/api/account/logins'),
    endLogin: (loginId: string) => call<unknown>(`/api/account/logins/${loginId}`, { method: 'DELETE' }),
    endOtherLogins: () => call<unknown>('/api/account/logins', { method: 'DELETE' }),
    passkeys: () => call<z.infer<typeof PasskeyList>>('/api/account/passkeys'),
    beginPasskey: (json: z.input<typeof PasskeyBegin>) => post<object>('/api/account/passkeys/begin', json),
    addPasskey: (json: z.input<typeof PasskeyCreate>) => post<Passkey>('/api/account/passkeys', json),
    removePasskey: (passkeyId: string) =>
      call<unknown>(`/api/account/passkeys/${passkeyId}`, { method: 'DELETE' }),

    /** Sees the portal as this user from the next page on. */
    impersonate: (userId: string, reason: string) =>
      post<z.infer<typeof Impersonation>>(`/api/admin/users/${userId}/impersonation`, { reason }),
    endImpersonation: () => call<unknown>('/api/auth/impersonation', { method: 'DELETE' }),
  };
}
