/** The dashboard's address with some of its parameters changed; undefined takes one away. Pure. */
export function planAddress(search: string, changes: Record<string, string | undefined>): string {
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.size === 0 ? '/' : `/?${parameters.toString()}`;
}
