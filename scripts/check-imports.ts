import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

// The import rule:
// - wings stand one above another, in this order, and use only what is below them; inside a wing no feature reaches itself;
// - pages, routes and views are the top floor of their feature: they may show what any wing knows;
// - a feature shows others its rules, states, events, queries, commands and schemas, never its routes or pages;
// - a feature's states name conditions on its own rows and import nothing but shared: every wing may read by them;
// - the files beside the wings say what there is: whoever stands below takes only types from them;
// - rules and events do no I/O, only config.ts reads the environment, and nothing in src uses scripts or tests.

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
/** From the ground up. */
const wings = [
  'shared',
  'access',
  'tasks',
  'scheme',
  'web',
  'people',
  'messages',
  'support',
  'stock',
  'referrals',
  'lending',
  'identity',
  'privacy',
  'office',
  'embedded',
];
/** These are for everyone, whole: they show no feature of their own. */
const forAll = /^src\/(shared|web|embedded)\//;
/** What a feature shows to others: these roles, the one table of permissions, and how secrets and strangers are handled. */
const shownToFeatures =
  /\.(rules|states|events|queries|commands|schemas)\.ts$|^src\/access\/(authentication|kept-form|permissions|tokens|rate-limit)\.ts$/;
/** Names for what rows are, which the statements of every wing may use. */
const isStates = (file: string) => file.endsWith('.states.ts');
const topFloor = /\.(pages|routes|view)\.ts$/;
/** Pure: they compute, and touch neither disk nor network nor clock. */
const pureShared = new Set(
  [
    'actor',
    'blocks',
    'clock',
    'codes',
    'date-parts',
    'differing',
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
    'rows',
    'schemas',
    'seen',
    'sentences',
    'statuses',
    'unsafe-settings',
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
  'jstat',
  'pure-rand/generator/xoroshiro128plus',
]);
const longest = 300;
const generated = 'src/shared/database.types.ts';

type Import = { target: string; typeOnly: boolean };

function filesUnder(folder: string): string[] {
  if (!existsSync(path.join(root, folder))) return [];
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

/**
 * The folder of a file that holds its feature, such as `src/stock/devices` or `src/people`; undefined for the files
 * beside the wings. The kinds of a feature, one a file, are its own.
 */
function featureOf(file: string): string | undefined {
  return /^(src\/[^/]+(?:\/(?!views\/|assets\/|components\/|kinds\/)[^/]+)?)\/(?:kinds\/)?[^/]+$/.exec(
    file,
  )?.[1];
}

const wingOf = (file: string) => wings.indexOf(file.split('/')[1] ?? '');

function faultsOfImport(file: string, { target, typeOnly }: Import): string | undefined {
  const own = featureOf(file);
  const other = featureOf(target);
  if (file.startsWith('migrations/') && /^\.|^(src|scripts|test)\//.test(target)) {
    return `a migration imports nothing of ours, since ${target} will change and the migration may not`;
  }
  if (file.startsWith('src/') && /^(scripts|test)\//.test(target)) {
    return `the application runs without scripts and tests, but this imports ${target}`;
  }
  if (own && !topFloor.test(file) && !typeOnly && isBesideWings(target)) {
    return `stands below what lists the features, and takes only types from ${target}`;
  }
  if (isStates(file) && target !== 'src/shared/states.ts') {
    return `states import nothing but src/shared/states.ts, since every wing imports them, and not ${target}`;
  }
  if (own && other && !topFloor.test(file) && !isStates(target) && wingOf(target) > wingOf(file)) {
    return `${target} is in a wing above; record an event and let src/follow-on.ts name what follows`;
  }
  if (own && other && own !== other && !forAll.test(target) && !isShown(file, target)) {
    return `may import another feature's rules, states, events, queries, commands and schemas, not ${target}`;
  }
  if (
    /\.(rules|events)\.ts$/.test(file) &&
    !typeOnly &&
    !target.endsWith('.rules.ts') &&
    !isStates(target) &&
    !pureShared.has(target) &&
    !purePackages.has(target)
  ) {
    return `rules and events are pure: they import rules and pure helpers, not ${target}`;
  }
  return undefined;
}

/** The settings are of no feature. */
const isBesideWings = (file: string) => /^src\/[^/]+\.ts$/.test(file) && file !== 'src/config.ts';

/** A view may be part of another. */
const isShown = (file: string, target: string) =>
  shownToFeatures.test(target) || (topFloor.test(file) && target.endsWith('.view.ts'));

/** The features that reach themselves through others, as they use one another below the top floor; none when all is well. */
function knots(uses: Map<string, Set<string>>): string[][] {
  const reached = (from: string) => {
    const found = new Set(uses.get(from));
    for (const feature of found) for (const next of uses.get(feature) ?? []) found.add(next);
    return found;
  };
  const all = new Map([...uses.keys()].map((feature) => [feature, reached(feature)]));
  const tied = [...all].filter(([feature, found]) => found.has(feature)).map(([feature]) => feature);
  const together = Map.groupBy(tied, (feature) =>
    tied.filter((other) => all.get(feature)!.has(other) && all.get(other)!.has(feature)).join(),
  );
  return [...together.values()];
}

const faults: string[] = [];
const uses = new Map<string, Set<string>>();
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
    const [own, other] = [featureOf(file), featureOf(found.target)];
    if (own && other && own !== other && !topFloor.test(file) && !isStates(found.target))
      uses.set(own, (uses.get(own) ?? new Set()).add(other));
  }
  const readsEnvironment = /\bprocess\s*\??\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(text);
  if (file.startsWith('src/') && file !== 'src/config.ts' && readsEnvironment) {
    faults.push(`${file}: only src/config.ts reads the environment`);
  }
}
for (const knot of knots(uses)) faults.push(`these reach themselves through one another: ${knot.join(', ')}`);
for (const fault of faults) console.error(fault);
if (faults.length) process.exitCode = 1;
else console.log('Every import keeps to the rule.');
