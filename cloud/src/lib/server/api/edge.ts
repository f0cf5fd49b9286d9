/** `/api/edge/…`: enrolment, tokens and the control link's second way, for devices only. */
import { createRoute } from '@hono/zod-openapi';
import {
  ChallengeRequest,
  ChallengeResponse,
  EnrollRequest,
  EnrollResponse,
  TokenRequest,
  TokenResponse,
} from '@padelvar/shared/edge-api';
import { Desired, Reported } from '@padelvar/shared/link';
import { createSection, jsonAnswer, jsonBody, problems } from './describe.ts';
import { DEVICE_TOKEN, requireDevice } from './device-token.ts';
import type { Services } from './services.ts';

const tags = ['edge'];

const enroll = createRoute({
  method: 'post',
  path: '/api/edge/enroll',
  tags,
  summary: 'Trade a single-use enrolment token for registered keys',
  request: { body: jsonBody(EnrollRequest) },
  responses: { 200: jsonAnswer(EnrollResponse, 'The device'), ...problems(400, 401, 410) },
});

const challenge = createRoute({
  method: 'post',
  path: '/api/edge/challenge',
  tags,
  summary: 'A nonce for the device to sign, good once within a minute',
  request: { body: jsonBody(ChallengeRequest) },
  responses: { 200: jsonAnswer(ChallengeResponse, 'The nonce'), ...problems(400) },
});

const token = createRoute({
  method: 'post',
  path: '/api/edge/token',
  tags,
  summary: 'A short token against a signed nonce',
  request: { body: jsonBody(TokenRequest) },
  responses: { 200: jsonAnswer(TokenResponse, 'The token'), ...problems(400, 401) },
});

const desired = createRoute({
  method: 'get',
  path: '/api/edge/desired',
  tags,
  security: DEVICE_TOKEN,
  summary: 'What the portal wants of this device',
  responses: { 200: jsonAnswer(Desired, 'The desired document'), ...problems(401, 404) },
});

const reported = createRoute({
  method: 'post',
  path: '/api/edge/reported',
  tags,
  security: DEVICE_TOKEN,
  summary: 'What is so on this device',
  request: { body: jsonBody(Reported) },
  responses: { 204: { description: 'Taken' }, ...problems(400, 401) },
});

export function edgeRoutes(services: Services) {
  const { devices } = services;
  const section = createSection();
  section.use('/api/edge/desired', requireDevice(services));
  section.use('/api/edge/reported', requireDevice(services));
  return section
    .openapi(enroll, async (c) => c.json(await devices.enroll(c.req.valid('json')), 200))
    .openapi(challenge, (c) => c.json(devices.challenge(c.req.valid('json').deviceId), 200))
    .openapi(token, async (c) => c.json(await devices.token(c.req.valid('json')), 200))
    .openapi(desired, async (c) => {
      const deviceId = c.get('deviceId');
      const document = await devices.desired(deviceId);
      await devices.heardOf(deviceId);
      return c.json(document, 200);
    })
    .openapi(reported, async (c) => {
      await devices.takeReported(c.get('deviceId'), c.req.valid('json'));
      return c.body(null, 204);
    });
}
