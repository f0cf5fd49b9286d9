/** How a JSON schema reads to people: rows of name, type and what is expected. Pure. */

/** As much of JSON Schema as the descriptions use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

export interface SchemaRow {
  /** With the names of what it lies in: `items[].name`. */
  name: string;
  type: string;
  required: boolean;
  notes: string;
}

/** Deeper than this nothing in the API lies. */
const MAX_DEPTH = 5;

export function listRows(schema: Schema, prefix = '', depth = 0): SchemaRow[] {
  const inner = schema.items ?? schema;
  const path = schema.items === undefined ? prefix : `${prefix}[]`;
  if (depth > MAX_DEPTH) return [];
  return Object.entries(inner.properties ?? {}).flatMap(([key, property]) => {
    const name = path === '' ? key : `${path}.${key}`;
    const required = inner.required?.includes(key) ?? false;
    const row = { name, type: formatType(property), required, notes: formatNotes(property) };
    return [row, ...listRows(withoutNull(property), name, depth + 1)];
  });
}

export function formatType(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(formatType))].join(' | ');
  if (schema.items !== undefined) return `${formatType(schema.items)}[]`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

export function formatNotes(schema: Schema): string {
  const { description, minimum, maximum, minLength, maxLength, maxItems, pattern } = withoutNull(schema);
  const known: [string, string | number | undefined][] = [
    ['at least', minimum],
    // Whole numbers have a bound that says nothing.
    ['at most', maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum],
    ['characters at least', minLength],
    ['characters at most', maxLength],
    ['items at most', maxItems],
    ['default', schema.default === undefined ? undefined : JSON.stringify(schema.default)],
    ['pattern', schema.format === undefined ? pattern : undefined],
  ];
  const facts = known.flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${String(value)}`]));
  return [...(description === undefined ? [] : [description]), ...facts].join(', ');
}

/** Of `something or null`, the something. */
function withoutNull(schema: Schema): Schema {
  const choices = (schema.anyOf ?? schema.oneOf)?.filter(({ type }) => type !== 'null');
  return choices?.length === 1 ? (choices[0] ?? schema) : schema;
}
