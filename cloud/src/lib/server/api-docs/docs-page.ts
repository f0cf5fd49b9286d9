/**
 * The REST API's description as a page: `/api/openapi.json` for people. Made on the server, without a script, so that it
 * needs nothing from elsewhere and works under the strictest policy. Pure.
 */
import { createHash } from 'node:crypto';
import { DOCS_STYLE } from './docs-style.ts';
import { formatNotes, formatType, listRows, type Schema } from './format-schema.ts';

export interface Description {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation>>;
}

interface Operation {
  tags?: string[];
  summary?: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Schema }> }>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Route extends Operation {
  method: string;
  path: string;
}

/** Nothing is loaded but the page's own style, and nothing runs. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function formatDocsPage(description: Description): string {
  const sections = groupByTag(description);
  const count = sections.reduce((sum, [, routes]) => sum + routes.length, 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>PadelVar API</title>
<style>${DOCS_STYLE}</style>
</head>
<body>
<header><a href="/">PadelVar</a><h1>API</h1><p>${String(count)} routes. As a file for programs: <a href="/api/openapi.json">openapi.json</a></p></header>
<div class="frame">
<nav aria-label="Sections"><ul>${sections.map(([tag, routes]) => `<li><a href="#${text(tag)}">${text(tag)} <span>${String(routes.length)}</span></a></li>`).join('')}</ul></nav>
<main>
${INTRODUCTION}
${sections.map(formatSection).join('\n')}
</main>
</div>
</body>
</html>
`;
}

const INTRODUCTION = `<section><h2>How to call it</h2>
<p>A program logs in with <code>POST /api/auth/login</code> and sends the <code>token</code> of the answer as <code>Authorization: Bearer …</code>. Browsers use their cookie.</p>
<pre tabindex="0"><code>curl -s https://padelvar.example/api/auth/login -H 'content-type: application/json' \\
  -d '{"email":"you@example.org","password":"…"}'
curl -s https://padelvar.example/api/video/files/list -H "authorization: Bearer $TOKEN"</code></pre>
<p>Errors are problem documents (RFC 9457) with a <code>kind</code> for programs, a <code>detail</code> for people, and <code>errors[].field</code> where the input is wrong. Lists come a page at a time: <code>limit</code> up to 100, <code>cursor</code> from <code>nextCursor</code>. Instants are ISO 8601 in UTC.</p></section>`;

function groupByTag({ paths = {} }: Description): [string, Route[]][] {
  const groups = new Map<string, Route[]>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'other';
      const routes = groups.get(tag) ?? [];
      routes.push({ ...operation, method: method.toUpperCase(), path });
      groups.set(tag, routes);
    }
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}

function formatSection([tag, routes]: [string, Route[]]): string {
  return `<section id="${text(tag)}"><h2>${text(tag)}</h2>\n${routes.map(formatRoute).join('\n')}</section>`;
}

function formatRoute(route: Route): string {
  const { method, path, summary = '', parameters = [] } = route;
  const body = schemaOf(route.requestBody?.content);
  return `<details><summary><b class="${method.toLowerCase()}">${method}</b> <code>${text(path)}</code> <span>${text(summary)}</span></summary>
<p>${text(formatAccess(route))}</p>
${formatTable(
  'Parameters',
  parameters.map(({ name, in: place, required = false, description, schema = {} }) => ({
    name: `${name} (${place})`,
    type: formatType(schema),
    required,
    notes: [...(description === undefined ? [] : [description]), formatNotes(schema)].join(' '),
  })),
)}
${body === undefined ? '' : formatTable('Body', listRows(body))}
<h3>Answers</h3>
<dl>${Object.entries(route.responses).map(formatAnswer).join('')}</dl>
</details>`;
}

function formatAnswer([status, { description, content }]: [string, Operation['responses'][string]]): string {
  const schema = status.startsWith('2') ? schemaOf(content) : undefined;
  const types = status.startsWith('2') ? Object.keys(content ?? {}).join(', ') : '';
  const kind = types === '' || types === 'application/json' ? '' : ` <code>${text(types)}</code>`;
  return `<dt>${text(status)}</dt><dd>${text(description)}${kind}${schema === undefined ? '' : formatTable('', listRows(schema))}</dd>`;
}

function formatAccess({ security }: Operation): string {
  const ways = (security ?? []).flatMap((way) => Object.keys(way));
  if (ways.length === 0) return 'Needs no login.';
  if (ways.includes('device')) return 'For enrolled devices only.';
  return ways.includes('guest')
    ? 'Needs a login, or the browser that recorded as a guest.'
    : 'Needs a login.';
}

function schemaOf(content: Record<string, { schema?: Schema }> | undefined): Schema | undefined {
  return content?.['application/json']?.schema;
}

function formatTable(title: string, rows: ReturnType<typeof listRows>): string {
  if (rows.length === 0) return '';
  const lines = rows.map(
    ({ name, type, required, notes }) =>
      `<tr><th scope="row"><code>${text(name)}</code>${required ? '' : ' <i>optional</i>'}</th><td><code>${text(type)}</code></td><td>${text(notes)}</td></tr>`,
  );
  const heading = title === '' ? '' : `<h3>${title}</h3>`;
  return `${heading}<div class="wide" tabindex="0" role="group" aria-label="${title === '' ? 'Answer' : title}"><table><tbody>${lines.join('')}</tbody></table></div>`;
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}
