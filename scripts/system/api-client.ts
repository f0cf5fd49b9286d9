/** The portal's REST API as a program uses it: a bearer token, JSON, and problem documents as errors. */

export class ApiError extends Error {
  readonly status: number;
  readonly kind: string;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.status = status;
    this.kind = kind;
  }
}

export interface ApiClient {
  readonly origin: string;
  readonly token: string;
  request<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  /** GET, the raw answer. */
  fetch(path: string, headers?: Record<string, string>): Promise<Response>;
}

export async function logIn(origin: string, email: string, password: string): Promise<ApiClient> {
  const response = await fetch(`${origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { token } = await readAnswer<{ token: string }>(response, 'POST', '/api/auth/login');
  const authorization = `Bearer ${token}`;
  return {
    origin,
    token,
    async request(method, path, body, headers = {}) {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${origin}/api${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...init,
      });
      return readAnswer(answer, method, path);
    },
    fetch: (path, headers = {}) => fetch(`${origin}/api${path}`, { headers: { authorization, ...headers } }),
  };
}

async function readAnswer<T>(response: Response, method: string, path: string): Promise<T> {
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  const problem = parseProblem(text);
  throw new ApiError(
    response.status,
    problem.kind,
    `${method} ${path}: ${String(response.status)} ${problem.detail}`,
  );
}

function parseProblem(text: string): { kind: string; detail: string } {
  try {
    const { kind, detail } = JSON.parse(text) as { kind?: string; detail?: string };
    return { kind: kind ?? 'unknown', detail: detail ?? text };
  } catch {
    return { kind: 'unknown', detail: text.slice(0, 300) };
  }
}
