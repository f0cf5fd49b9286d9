/** What a database's refusals mean, the same for SQLite and PostgreSQL. The one place that knows their codes. */
import { AppError } from '@padelvar/shared/errors';

const UNIQUE_VIOLATIONS = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']);

/** Whether a row could not be written because another has its key. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE_VIOLATIONS.has(codeOf(error));
}

/** Whether the same work may well succeed when it is done again: serialization failure, deadlock. */
export function isConflictOfTransactions(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/**
 * What PostgreSQL or the way to it says, in our words: a lost or busy server is `database_unavailable`, a text or a
 * number that it can't hold is `bad_request`. Everything else stays what it is.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (isLostConnection(error)) {
    return new AppError('database_unavailable', 'the database does not answer; try again in a moment', {
      cause: error,
      details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
    });
  }
  const refusal = REFUSED_VALUES[codeOf(error)];
  return refusal === undefined ? error : new AppError('bad_request', refusal, { cause: error });
}

const RETRY_AFTER_SECONDS = 2;
const REFUSED_VALUES: Record<string, string> = {
  '22003': 'expected a smaller number',
  '22021': 'expected a text without the character U+0000',
};

/** Connection exceptions, lack of resources, an operator's stop and a server that starts; time limits of our own. */
const LOST_CLASSES = /^(?:08|53|57P)/;
const LOST_CODES = new Set([
  '25P03', // idle in transaction for too long
  '57014', // statement_timeout
  '25006', // read only: a standby took its place
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
]);
/** pg gives these no code. */
const LOST_MESSAGES =
  /connection terminated|connection ended|timeout exceeded when trying to connect|query read timeout|client was closed|client has encountered a connection error|not queryable|postgres connection has been discarded/i;

function isLostConnection(error: Error): boolean {
  const code = codeOf(error);
  return (
    LOST_CLASSES.test(code) || LOST_CODES.has(code) || (code === '' && LOST_MESSAGES.test(error.message))
  );
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
