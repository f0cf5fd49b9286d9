/** What a stored object is, by the end of its key. */
const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  json: 'application/json',
  mp4: 'video/mp4',
};

export function contentTypeOf(key: string): string {
  return TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}
