import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

// The import rule: a feature may use another feature's rules, queries, commands and schemas,
// shared uses no feature, rules and events do no I/O, only config.ts reads the environment, and nothing in src uses scripts or tests.

const root = path.join(import.meta.dirname, '..');
const notFeatures = new Set(['shared', 'admin', 'embedded']);
/** What a feature shows to others: these roles, the one table of permissions, and how secrets and strangers are handled. */
const shownToFeatures =
  /\.(rules|queries|commands|schemas)\.ts$|^src\/access\/(permissions|tokens|rate-limit)\.ts$/;
const neverFromElsewhere = /\.(routes|pages|jobs)\.ts$/;
/** Pure: they compute, and touch neither disk nor network nor clock. */
const pureShared = new Set(
  [
    'actor',
    'clock',
    'date-parts',
    'email',
    'event-definitions',
    'follow-on',
    'event-values',
    'formats',
    'ids',
    'language',
    'name-key',
    'phone',
    'postal-address',
    'problem',
    'reading',
    'schemas',
    'seen',
    'sentences',
    'statuses',
    'working-days',
  ].map((name) => `src/shared/${name}.ts`),
);
const purePackages = new Set([
  'temporal-polyfill',
  'typebox',
  'nhs-number-validator',
  'libphonenumber-js/max',
  'csv-parse/sync',
  'csv-stringify/sync',
  'bwip-js/node',
  'any-ascii',
]);
const longest = 300;
const generated = 'src/shared/database.types.ts';

type Import = { target: string; typeOnly: boolean };

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

/** The modules that a file names, a relative one as its path from the root. */
function importsOf(file: string, text: string): Import[] {
  const statements =
    /^\s*(?:import|export)\s+(?:(type)\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(statements)].map(([, type, named, loaded]) => {
    const specifier = named ?? loaded ?? '';
    const target = specifier.startsWith('.')
      ? path.posix.join(path.posix.dirname(file), specifier)
      : specifier;
    return { target, typeOnly: Boolean(type) };
  });
}

/** The feature a file belongs to; undefined for shared, admin, embedded and the files beside them. */
function featureOf(file: string): string | undefined {
  const folder = /^src\/([^/]+)\//.exec(file)?.[1];
  return folder && !notFeatures.has(folder) ? folder : undefined;
}

function faultsOfImport(file: string, { target, typeOnly }: Import): string | undefined {
  const own = featureOf(file);
  const other = featureOf(target);
  if (file.startsWith('migrations/') && /^\.|^(src|scripts|test)\//.test(target)) {
    return `a migration imports nothing of ours, since ${target} will change and the migration may not`;
  }
  if (file.startsWith('src/') && /^(scripts|test)\//.test(target)) {
    return `the application runs without scripts and tests, but this imports ${target}`;
  }
  if (file.startsWith('src/shared/') && (other || /^src\/(admin|embedded)\//.test(target))) {
    return `shared imports no feature, but this imports ${target}`;
  }
  if (file.startsWith('src/shared/') && !typeOnly && /^src\/[^/]+\.ts$/.test(target)) {
    return `shared stands below what lists the features, and takes only types from ${target}`;
  }
  if (own && other && own !== other && !shownToFeatures.test(target)) {
    return `may import another feature's rules, queries, commands and schemas, not ${target}`;
  }
  if (/^src\/(admin|embedded)\//.test(file) && other && neverFromElsewhere.test(target)) {
    return `may not import routes, pages or jobs, but imports ${target}`;
  }
  if (
    /\.(rules|events)\.ts$/.test(file) &&
    !typeOnly &&
    !target.endsWith('.rules.ts') &&
    !pureShared.has(target) &&
    !purePackages.has(target)
  ) {
    return `rules and events are pure: they import rules and pure helpers, not ${target}`;
  }
  return undefined;
}

const faults: string[] = [];
for (const file of [...filesUnder('src'), ...filesUnder('migrations')]) {
  if (!/\.(ts|njk)$/.test(file) || file === generated) continue;
  const text = readFileSync(path.join(root, file), 'utf8');
  const lines = text.split('\n').length - 1;
  if (file.startsWith('src/') && lines > longest)
    faults.push(`${file}: ${lines} lines; split it, ${longest} is the most`);
  if (!file.endsWith('.ts')) continue;
  for (const found of importsOf(file, text)) {
    const fault = faultsOfImport(file, found);
    if (fault) faults.push(`${file}: ${fault}`);
  }
  const readsEnvironment = /\bprocess\s*\??\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(text);
  if (file.startsWith('src/') && file !== 'src/config.ts' && readsEnvironment) {
    faults.push(`${file}: only src/config.ts reads the environment`);
  }
}
for (const fault of faults) console.error(fault);
if (faults.length) process.exitCode = 1;
else console.log('Every import keeps to the rule.');
