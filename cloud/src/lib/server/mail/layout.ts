/** A written letter as plain text and as simple HTML: pure. No pictures and nothing from elsewhere. */
import type { WrittenLetter } from './letters.ts';

export function layOutText({ lines, button, footer }: WrittenLetter): string {
  const link = button === undefined ? [] : [`${button.label}:\n${button.url}`];
  return [...lines, ...link, `-- \n${footer}`].join('\n\n');
}

const PARAGRAPH = 'margin:0 0 16px;font-size:16px;line-height:1.5';
const BUTTON =
  'display:inline-block;padding:14px 24px;border-radius:14px;background:#0b3fa8;color:#ffffff;font-weight:bold;text-decoration:none';

export function layOutHtml({ subject, lines, button, footer }: WrittenLetter, locale: string): string {
  const paragraphs = lines.map((line) => `<p style="${PARAGRAPH}">${escape(line)}</p>`);
  const link = button === undefined ? [] : [formatLink(button)];
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><title>${escape(subject)}</title></head>`,
    '<body style="margin:0;padding:24px;background:#f2f4f8;color:#10182b;font-family:Helvetica,Arial,sans-serif">',
    '<div style="max-width:520px;margin:0 auto;padding:28px;background:#ffffff;border-radius:20px">',
    `<h1 style="margin:0 0 20px;font-size:22px">${escape(subject)}</h1>`,
    ...paragraphs,
    ...link,
    `<p style="margin:24px 0 0;font-size:13px;color:#5a6478">${escape(footer)}</p>`,
    '</div></body></html>',
  ].join('\n');
}

function formatLink({ label, url }: { label: string; url: string }): string {
  const address = escape(url);
  return (
    `<p style="${PARAGRAPH}"><a style="${BUTTON}" href="${address}">${escape(label)}</a></p>` +
    `<p style="margin:0;font-size:13px;word-break:break-all"><a style="color:#0b3fa8" href="${address}">${address}</a></p>`
  );
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
