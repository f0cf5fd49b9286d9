/** Which requests need a login, read off the routes' own description: what is documented is what is enforced. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './env.ts';

/** Who must be known for this: somebody logged in, or at least the guest of this browser. */
export type LoginCheck = (method: string, path: string) => 'login' | 'guest' | undefined;

/** Make it once all routes are there. */
export function createLoginCheck(api: OpenAPIHono<ApiEnv>): LoginCheck {
  const guarded = api.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const { method, path, security = [] } = definition.route;
    const needsLogin = security.some((scheme) => 'bearer' in scheme);
    const need = security.some((scheme) => 'guest' in scheme) ? ('guest' as const) : ('login' as const);
    return needsLogin ? [{ method: method.toUpperCase(), pattern: toPattern(path), need }] : [];
  });
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method;
    return guarded.find((route) => route.method === asked && route.pattern.test(path))?.need;
  };
}

/** `/api/clubs/{clubId}` as an expression. */
function toPattern(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}
