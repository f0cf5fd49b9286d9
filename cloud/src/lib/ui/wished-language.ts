/** Whether a browser wishes for a language that there is: pure (RFC 9110, section 12.5.4). */

/** `header` is its `Accept-Language`; `nl, fr-BE;q=0.7` wishes for French too, `fr;q=0` does not. */
export function wishesForOneOf(isOurs: (language: string) => boolean, header: string | null): boolean {
  return (header ?? '').split(',').some((wish) => {
    const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';');
    const isRefused = parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(parameter));
    return !isRefused && isOurs(tag.split('-')[0] ?? '');
  });
}
