/** Which requests need a login, read off the routes' own description: what is documented is what is enforced. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './env.ts';

/** Whether a person must be logged in for this. */
export type LoginCheck = (method: string, path: string) => boolean;

/** Make it once all routes are there. */
export function createLoginCheck(api: OpenAPIHono<ApiEnv>): LoginCheck {
  const guarded = api.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const { method, path, security = [] } = definition.route;
    const needsLogin = security.some((scheme) => 'bearer' in scheme);
    return needsLogin ? [{ method: method.toUpperCase(), pattern: toPattern(path) }] : [];
  });
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method;
    return guarded.some((route) => route.method === asked && route.pattern.test(path));
  };
}

/** `/api/clubs/{clubId}` as an expression. */
function toPattern(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}
