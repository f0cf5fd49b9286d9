/** Masks what must appear in no log: user and password inside any address. */

const CREDENTIALS = /([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@'"<>]*(?:@[^\s/@'"<>]*)*@/gi;

/** `rtsp://user:secret@host/` becomes `rtsp://***@host/`. */
export function redactText(text: string): string {
  return text.replace(CREDENTIALS, '$1***@');
}
