import { readFileSync } from 'node:fs';
import path from 'node:path';
import { wcagContrast } from 'culori';
import t from 'tap';
import { nhsuk } from '../../src/web/assets.ts';
import { withDark } from '../../src/web/dark.ts';

const own = path.join(import.meta.dirname, '../../src/web/assets');
const sheets = [
  path.join(nhsuk, 'nhsuk-frontend.min.css'),
  ...['admin.css', 'list.css', 'plain.css'].map((file) => path.join(own, file)),
].map((file) => readFileSync(file, 'utf8'));

t.test('each colour keeps its place, and has its other for dark pages after it', async (t) => {
  t.match(
    withDark('a{color:#005eb8;border:1px solid #fff!important}'),
    /^a\{color:#005eb8;color:light-dark\(#005eb8, #[0-9a-f]{6}\);border:1px solid #fff!important;border:1px solid light-dark\(#fff, #121212\)!important\}/,
  );
  t.match(withDark('a{color:#fff9}'), 'color-mix(in srgb, #121212 60%, transparent)');
  for (const same of [
    'a:focus{background:#ffeb3b;color:#212b32}',
    '.nhsuk-header{background:#005eb8}',
    'a{background:url("data:image/svg+xml,%3Csvg fill=\'#fff\'")}',
    '@media print{a{width:1px}}',
  ])
    t.match(withDark(same).replaceAll(/\s/g, ''), same.replaceAll(/\s/g, ''));
  for (const sheet of sheets) t.notMatch(withDark(sheet), /light-dark\([^)]*(undefined|NaN|light-dark)/);
});

t.test('what can be read by day can be read by night', async (t) => {
  const dark = (light: string) =>
    /light-dark\([^,]+, (#[0-9a-f]{6})\)/.exec(withDark(`a{color:${light}}`))?.[1] ?? '';
  const texts = new Set(
    sheets.flatMap((sheet) =>
      [...sheet.matchAll(/[;{\s]color:\s*(#[0-9a-f]{6})\b/g)].map(([, text]) => text!),
    ),
  );
  t.ok(texts.size >= 10);
  for (const page of ['#f0f4f5', '#ffffff'])
    for (const text of texts)
      if (wcagContrast(text, page) >= 4.5)
        t.ok(wcagContrast(dark(text), dark(page)) >= 4.5, `${text} on ${page}`);
});
