/** Clubs' logos: set and taken away by the club's administrators, shown to whoever has the address. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { ClubLogo, LogoRef } from '@padelvar/shared/logo';
import { LOGO_MAX_BYTES, LOGO_MAX_PIXELS, LOGO_TYPES } from '@padelvar/shared/logo-check';
import { refuseLogo } from '../clubs/club-logos.ts';
import { readBounded } from '../uploads/read-bounded.ts';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';
import { respondSmallFile } from './small-file.ts';

const tags = ['clubs'];
const security = LOGGED_IN;
const params = z.object({ clubId: ClubId });
const Picture = z.any().openapi({ type: 'string', format: 'binary' });
const pictures = Object.fromEntries(LOGO_TYPES.map((type) => [type, { schema: Picture }]));

const put = createRoute({
  method: 'put',
  path: '/api/clubs/{clubId}/logo',
  tags,
  security,
  summary: `Set the club’s logo: at most ${LOGO_MAX_BYTES / 1000} kB, ${LOGO_MAX_PIXELS} pixels on either side`,
  request: { params, body: { required: true, content: pictures } },
  responses: { 200: jsonAnswer(ClubLogo, 'The logo'), ...problems(400, 401, 403, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/clubs/{clubId}/logo',
  tags,
  security,
  summary: 'Take the club’s logo away',
  request: { params },
  responses: { 204: { description: 'The club has none' }, ...problems(400, 401, 403, 404) },
});

const show = createRoute({
  method: 'get',
  path: '/api/logos/{version}',
  tags,
  summary: 'A logo; what an address gives never changes',
  request: { params: LogoRef },
  responses: {
    200: { description: 'The picture', content: pictures },
    304: { description: 'The asker has it' },
    ...problems(400, 404),
  },
});

/** Public, and for good: another logo has another address. */
const CACHE = 'public, max-age=31536000, immutable';
/** Opened by itself it is a picture and nothing else. */
const POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

export function logoRoutes({ clubLogos, gate }: Services) {
  return createSection()
    .openapi(put, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.write', clubId);
      const content = await readBounded(c.req.raw, LOGO_MAX_BYTES, () => refuseLogo('bytes'));
      return c.json(await clubLogos.put(gate.requireCaller(c.get('caller')), clubId, content), 200);
    })
    .openapi(remove, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.write', clubId);
      await clubLogos.remove(gate.requireCaller(c.get('caller')), clubId);
      return c.body(null, 204);
    })
    .openapi(show, async (c) => {
      const { version } = c.req.valid('param');
      const { content, contentType } = await clubLogos.get(version);
      const file = { body: content, contentType, etag: `"${version}"` };
      const response = respondSmallFile(c.req.raw, file, CACHE);
      response.headers.set('content-security-policy', POLICY);
      return response;
    });
}
