/** What is set for the whole portal, and what of it everybody may know. */
import { createRoute } from '@hono/zod-openapi';
import { PortalFacts, PortalSettings, PortalSettingsUpdate } from '@padelvar/shared/settings-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const facts = createRoute({
  method: 'get',
  path: '/api/portal',
  tags: ['portal'],
  summary: 'Whether anybody may register, and whom to ask about one’s data',
  responses: { 200: jsonAnswer(PortalFacts, 'The facts') },
});

const get = createRoute({
  method: 'get',
  path: '/api/admin/settings',
  tags: ['admin'],
  security: LOGGED_IN,
  summary: 'What is set for the whole portal',
  responses: { 200: jsonAnswer(PortalSettings, 'The settings'), ...problems(401, 403) },
});

const change = createRoute({
  method: 'patch',
  path: '/api/admin/settings',
  tags: ['admin'],
  security: LOGGED_IN,
  summary: 'Change settings of the whole portal; they hold at once',
  request: { body: jsonBody(PortalSettingsUpdate) },
  responses: { 200: jsonAnswer(PortalSettings, 'The settings'), ...problems(400, 401, 403) },
});

export function portalSettingRoutes({ gate, portalSettings }: Services) {
  return createSection()
    .openapi(facts, async (c) => {
      const { registrationOpen, legalContact } = await portalSettings.get();
      return c.json({ registrationOpen, legalContact }, 200);
    })
    .openapi(get, async (c) => {
      gate.requireGlobal(c.get('caller'), 'portal.settings');
      return c.json(await portalSettings.get(), 200);
    })
    .openapi(change, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'portal.settings');
      return c.json(await portalSettings.change(caller, c.req.valid('json')), 200);
    });
}
