import type { Json } from './document.ts';

export type FilePart = { field: string; name: string; bytes: Buffer };

const boundary = 'fuzz-7d2f0c9b4a';

/** A form with files as a browser writes it. @returns its content type and its bytes */
export function multipart(
  fields: Record<string, Json | Json[]>,
  files: FilePart[],
): { type: string; bytes: Buffer } {
  const parts: (string | Buffer)[] = [];
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat())
      parts.push(
        `--${boundary}\r\nContent-Disposition: form-data; name="${plain(name)}"\r\n\r\n${String(one)}\r\n`,
      );
  for (const { field, name, bytes } of files)
    parts.push(
      `--${boundary}\r\nContent-Disposition: form-data; name="${plain(field)}"; filename="${plain(name)}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
      bytes,
      '\r\n',
    );
  parts.push(`--${boundary}--\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
  };
}

const plain = (name: string): string => name.replaceAll(/["\r\n]/g, '_');
