import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';

const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** What the image has of ours: files and folders, from the root. */
const copied = [...read('Dockerfile').matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files]) =>
  files!.split(' '),
);
const isIn = (file: string, places: string[]) =>
  places.some((place) => file === place || file.startsWith(`${place}/`));

t.test('what the Dockerfile copies is let through by .dockerignore', async (t) => {
  t.ok(copied.includes('src') && copied.includes('scripts/migrate.ts'));
  const letThrough = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, place]) => place!);
  t.same(
    copied.filter((file) => !isIn(file, letThrough)),
    [],
  );
});

t.test('a script of the image finds all that it imports there', async (t) => {
  for (const script of copied.filter((file) => /^scripts\/.*\.ts$/.test(file))) {
    const imports = [...read(script).matchAll(/from '(\.[^']+)'/g)].map(([, file]) =>
      path.posix.join('scripts', file!),
    );
    t.ok(imports.length, script);
    t.same(
      imports.filter((file) => !isIn(file, copied)),
      [],
      script,
    );
  }
});
