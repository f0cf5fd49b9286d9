/** Makes an account and logs in to it, from a phone whose line may die in between. */
import type { Api } from './api.ts';
import { ApiError } from './request.ts';

/**
 * One that an earlier try made, and whose answer or log-in was lost, is only logged in to. Throws `conflict` where it is
 * somebody else's: the password is another.
 */
export async function makeAccount(
  api: Pick<Api, 'register' | 'login'>,
  account: Parameters<Api['register']>[0],
): Promise<void> {
  const { email, password } = account;
  const taken = await api.register(account).then(
    () => undefined,
    (failure: unknown) => {
      if (isOfKind(failure, 'conflict')) return failure;
      throw failure;
    },
  );
  await api.login({ email, password }).catch((failure: unknown) => {
    throw taken !== undefined && isOfKind(failure, 'unauthenticated') ? taken : failure;
  });
}

function isOfKind(failure: unknown, kind: ApiError['kind']): failure is ApiError {
  return failure instanceof ApiError && failure.kind === kind;
}
