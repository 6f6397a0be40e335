import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allTestFiles } from './files.ts';

const root = path.join(import.meta.dirname, '../..');
/** Folders of tests that are not called as the feature they test. */
const testFolders: Record<string, string> = {
  people: 'patients',
  identity: 'patients',
  web: 'admin',
  office: 'admin',
  terms: 'lending',
};
/** The feature of a file in `src/`: the last folder before `views`, such as `devices` of `src/stock/devices/views/list.njk`. */
const featureOf = (file: string) => /^src\/(?:[^/]+\/)?([^/]+)\/(?:views\/)?[^/]+$/.exec(file)?.[1];

/**
 * The test files that concern changed files, by their paths from the root:
 * - a test file that has changed, one that imports a changed file, and one that reaches a changed file of `test/` through others;
 * - of a changed file in a feature of `src/`, the tests in the folder of that name and `test/pages/<feature>*`;
 * - of a changed script or migration, the tests in `test/scripts` or `test/drift` that are called as it is, or check all of them.
 * What only shows elsewhere, in a feature that uses a changed one, is left to `npm test`.
 */
export function concernedBy(changed: string[], tests = allTestFiles(), read = textOf): string[] {
  const isChanged = new Set(changed);
  const folders = new Set(changed.flatMap(foldersFor));
  const names = new Set(changed.flatMap(namesFor));
  const concerned = (test: string) =>
    isChanged.has(test) ||
    folders.has(path.posix.dirname(test)) ||
    [...names].some((name) => test.startsWith(name)) ||
    [...importedBy(test, read)].some((file) => isChanged.has(file));
  return tests.filter(concerned);
}

/** Files that differ from a commit, with what is not yet under git. */
export function changedSince(commit: string): string[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  return [...git('diff', '--name-only', commit, '--'), ...git('ls-files', '--others', '--exclude-standard')];
}

/** Where a branch left main; on main itself, what is committed. */
export function commonCommit(): string {
  try {
    return execFileSync('git', ['merge-base', 'main', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'HEAD';
  }
}

function foldersFor(file: string): string[] {
  const feature = featureOf(file);
  if (file.startsWith('migrations/')) return ['test/drift'];
  return feature ? [`test/${testFolders[feature] ?? feature}`] : [];
}

function namesFor(file: string): string[] {
  const feature = /(\.pages\.ts|\.njk)$/.test(file) ? featureOf(file) : undefined;
  const script = /^scripts\/([\w-]+)/.exec(file)?.[1];
  return [
    ...(feature ? [`test/pages/${feature}`] : []),
    ...(script ? [`test/scripts/${script}.`, `test/drift/${script}.`] : []),
  ];
}

/** Files that a test file imports, and the files of `test/` that those of `test/` import in turn: through `src/` everything reaches everything. */
function importedBy(test: string, read: typeof textOf): Set<string> {
  const found = new Set(importsOf(test, read(test)));
  for (const file of found) {
    if (!file.startsWith('test/')) continue;
    for (const one of importsOf(file, read(file))) if (one.startsWith('test/')) found.add(one);
  }
  return found;
}

/** What a file imports with a relative path, by the paths from the root. */
function importsOf(file: string, text: string): string[] {
  const named = text.matchAll(/\bfrom\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)|^import\s+'(\.[^']+)'/gm);
  return [...named].map(([, a, b, c]) => path.posix.join(path.posix.dirname(file), (a ?? b ?? c)!));
}

function textOf(file: string): string {
  const full = path.join(root, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : '';
}
