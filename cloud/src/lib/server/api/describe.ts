/** How routes are described: bodies, answers and the problems that any of them may answer with. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { Problem, PROBLEM_CONTENT_TYPE } from '@padelvar/shared/errors';
import type { ApiEnv } from './env.ts';
import { throwInvalid } from './problem.ts';

/** A section of the API: what its schemas refuse is thrown and mapped with every other failure. */
export function createSection(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({ defaultHook: throwInvalid });
}

/** A required JSON body, for `request.body`. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** An answer with a JSON body, for `responses`. */
export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** Bytes of any kind, as a body. */
export const Binary = z.any().openapi({ type: 'string', format: 'binary' });

/** An answer that is a file of this type, for `responses`. */
export function fileAnswer(type: string, description = 'The file') {
  return { description, content: { [type]: { schema: Binary } } };
}

/** What a movie is asked for: to be saved, where nothing is said. */
export const DispositionQuery = z.object({
  disposition: z
    .enum(['attachment', 'inline'])
    .default('attachment')
    .describe('`inline` to play it, `attachment` to save it'),
});

const TITLES = {
  400: 'Wrong input; the fields are named',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'No such object, or none that the caller may see',
  409: 'In conflict with the present state',
  410: 'No longer good',
  422: 'The camera does not answer as it should',
  429: 'Too many attempts',
  504: 'No answer in time',
} as const;
type ProblemStatus = keyof typeof TITLES;

/** Problem documents, for `responses`. */
export function problems<Status extends ProblemStatus>(...statuses: Status[]) {
  const entries = statuses.map((status) => [
    status,
    { description: TITLES[status], content: { [PROBLEM_CONTENT_TYPE]: { schema: Problem } } },
  ]);
  return Object.fromEntries(entries) as Record<
    Status,
    { description: string; content: Record<string, { schema: typeof Problem }> }
  >;
}

/** Either way of saying who one is, for `security`. */
export const LOGGED_IN = [{ bearer: [] }, { cookie: [] }];

/** Of a route that sends a movie itself, or says where it is. */
export function movieAnswers(description: string) {
  return {
    200: { description },
    206: { description: 'The part that was asked for' },
    302: { description: 'Where it is: to be saved, and in a bucket to be watched' },
  };
}
