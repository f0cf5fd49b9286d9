/** `DATABASE_URL`: which PostgreSQL, and how to speak of it without its password. */

export const DATABASE_URL_FORM = 'postgres://user:password@host:5432/database';

export function isDatabaseUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\/\S+$/.test(text) && URL.canParse(withHost(text));
}

/** `host:port/database`, or the socket's folder. */
export function describeDatabaseUrl(text: string): string {
  const url = new URL(withHost(text));
  const host = url.searchParams.get('host') ?? (url.hostname === NO_HOST ? 'localhost' : url.hostname);
  const port = url.searchParams.get('port') ?? url.port;
  return `${host}:${port === '' ? '5432' : port}${url.pathname}`;
}

const NO_HOST = 'no-host';

/** An address over a socket may name a user and no host (`postgres://user@/database?host=/run/postgresql`). */
function withHost(text: string): string {
  return text.replace(/^(postgres(?:ql)?:\/\/[^/?]*@)(?=[/?])/, `$1${NO_HOST}`);
}
