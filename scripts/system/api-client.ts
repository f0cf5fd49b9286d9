/** The portal's REST API as a program uses it: the pages' own client, with a bearer token. */
import { createApi } from '../../cloud/src/lib/client/api.ts';
import type { Api } from '../../cloud/src/lib/client/api.ts';

export interface ApiClient extends Api {
  readonly origin: string;
  readonly token: string;
  /** GET of one of the portal's addresses, the raw answer. */
  fetch(path: string, headers?: Record<string, string>): Promise<Response>;
}

export async function logIn(origin: string, email: string, password: string): Promise<ApiClient> {
  const { token } = await createApi(sendTo(origin)).login({ email, password });
  const send = sendTo(origin, { authorization: `Bearer ${token}` });
  return { ...createApi(send), origin, token, fetch: (path, headers = {}) => send(path, { headers }) };
}

/** The client asks for addresses at the portal, as a page does. */
function sendTo(origin: string, also: Record<string, string> = {}): typeof fetch {
  return (address, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(also)) headers.set(name, value);
    return fetch(new URL(address instanceof Request ? address.url : address, origin), { ...init, headers });
  };
}
