/** The Content-Disposition header: RFC 6266, with the RFC 5987 form for names beyond ASCII. */

export function formatContentDisposition(disposition: 'inline' | 'attachment', fileName: string): string {
  const name = cleanFileName(fileName);
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\%]/g, '_');
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`;
}

/** A name that no system takes for a path or a device: no separators, control characters or reserved signs. */
export function cleanFileName(text: string): string {
  const clean = text
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{C}/\\:*?"<>|]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|\s+$/g, '');
  return clean === '' ? 'video.mp4' : clean;
}

/** RFC 5987 `value-chars`: encodeURIComponent leaves four characters that are not allowed there. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
