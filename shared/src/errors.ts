/**
 * The one error type of the project and its wire form, RFC 9457 problem documents.
 * Kinds are shared; a kind is mapped to an HTTP status here and nowhere else.
 */
import { z } from 'zod';

export const ERROR_KINDS = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  device_offline: 409,
  court_busy: 409,
  not_ready: 409,
  no_device: 409,
  gone: 410,
  too_large: 413,
  range_not_satisfiable: 416,
  camera_unreachable: 422,
  camera_unauthorized: 422,
  camera_no_video: 422,
  camera_unsupported_codec: 422,
  camera_timeout: 422,
  too_many_requests: 429,
  internal: 500,
  port_range_full: 503,
  encoder_full: 503,
  disk_full: 507,
  media_missing: 507,
  timeout: 504,
  database_unavailable: 503,
  storage_unreachable: 503,
  storage_slow: 503,
  storage_denied: 503,
  storage_missing: 503,
  storage_full: 507,
  storage_read_only: 503,
  storage_failing: 502,
} as const;

export type ErrorKind = keyof typeof ERROR_KINDS;
export const ErrorKindSchema = z.enum(Object.keys(ERROR_KINDS) as [ErrorKind, ...ErrorKind[]]);

/** What exactly is wrong, where people can do something about it: programs have a text of their own for each. */
export const FaultSchema = z.enum([
  'too_many',
  'taken',
  'in_use',
  'last_admin',
  'last_copy',
  'still_recording',
  'own_match_open',
  'match_over',
  'longest',
  'not_oneself',
  'other_account',
  'decided',
  'wrong_password',
  'not_own_email',
  'email_unconfirmed',
]);
export type Fault = z.infer<typeof FaultSchema>;

export interface AppErrorOptions {
  cause?: unknown;
  fault?: Fault;
  /** The input field that is wrong, dotted, where there is one. */
  field?: string;
  /** Further members of the problem document (never secrets). */
  details?: Record<string, unknown>;
}

/** An expected failure. The message says what was expected and what was found, for a person to read. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly field: string | undefined;
  readonly fault: Fault | undefined;
  readonly details: Record<string, unknown>;

  constructor(kind: ErrorKind, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.field = options.field;
    this.fault = options.fault;
    this.details = options.details ?? {};
  }

  get status(): number {
    return ERROR_KINDS[this.kind];
  }
}

/** RFC 9457 problem document; `kind` is the machine-readable error, `fault` says more, `errors` names wrong fields. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  kind: z.string(),
  detail: z.string(),
  fault: FaultSchema.optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** The problem document of any thrown value. Unexpected errors give nothing away but their kind. */
export function formatProblem(error: unknown): Problem {
  if (error instanceof z.ZodError) return formatZodProblem(error);
  if (!(error instanceof AppError)) {
    return {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      kind: 'internal',
      detail: 'Something went wrong on our side.',
    };
  }
  return {
    ...error.details,
    type: 'about:blank',
    title: titleOf(error.kind),
    status: error.status,
    kind: error.kind,
    detail: error.message,
    ...(error.fault === undefined ? {} : { fault: error.fault }),
    ...(error.field === undefined ? {} : { errors: [{ field: error.field, message: error.message }] }),
  };
}

function formatZodProblem(error: z.ZodError): Problem {
  const errors = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  const detail = errors
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
    .join('; ');
  return {
    type: 'about:blank',
    title: titleOf('bad_request'),
    status: 400,
    kind: 'bad_request',
    detail,
    errors,
  };
}

function titleOf(kind: ErrorKind): string {
  const words = kind.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
