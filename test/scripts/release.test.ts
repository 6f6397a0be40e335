import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';

const root = path.join(import.meta.dirname, '../..');
const tree = mkdtempSync(path.join(tmpdir(), 'lendwell-release-'));
t.teardown(() => rmSync(tree, { recursive: true }));

type Named = Record<string, string>;
type Locked = {
  dependencies?: Named;
  optionalDependencies?: Named;
  dev?: boolean;
  devOptional?: boolean;
  version: string;
  integrity?: string;
  link?: boolean;
};
type Component = { name: string; version: string; purl: string; hashes: { alg: string; content: string }[] };
type Bom = {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { timestamp: string; component: { name: string; version: string } };
  components: Component[];
};

const run = (program: string, ...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(program, args, { cwd: tree, encoding: 'utf8' });
const git = (...args: string[]) =>
  run(
    'git',
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'commit.gpgsign=false',
    ...args,
  );
const release = () => run(process.execPath, 'scripts/release.ts');
const commit = () => git('add', '-A').status === 0 && git('commit', '-qm', 'As it is').status === 0;
const read = (file: string) => readFileSync(path.join(tree, file));

mkdirSync(path.join(tree, 'scripts'));
for (const file of ['package.json', 'package-lock.json', '.gitignore', 'scripts/release.ts'])
  cpSync(path.join(root, file), path.join(tree, file));
const { version, dependencies, devDependencies } = JSON.parse(read('package.json').toString());
git('init', '-q');
const folder = `.lendwell/release/${version}`;
const files = [`lendwell-${version}.tar.gz`, `lendwell-${version}.cdx.json`, 'SHA256SUMS'];

t.test('a version without a heading of its own, and a tree with changes, are no release', async (t) => {
  writeFileSync(path.join(tree, 'CHANGELOG.md'), `# Changelog\n\n## [Unreleased]: ${version}\n`);
  t.ok(commit());
  const early = release();
  t.equal(early.status, 1);
  t.match(early.stderr, `## [${version}] - YYYY-MM-DD`);
  writeFileSync(path.join(tree, 'CHANGELOG.md'), `# Changelog\n\n## [${version}] - 2026-11-30\n`);
  const dirty = release();
  t.equal(dirty.status, 1);
  t.match(dirty.stderr, /not committed[\s\S]*CHANGELOG\.md/);
  t.ok(commit());
  writeFileSync(path.join(tree, 'left-over.ts'), '');
  t.match(release().stderr, /left-over\.ts/, 'nor is what git does not know');
  rmSync(path.join(tree, 'left-over.ts'));
});

t.test('the source, the bill of materials and their sums, the same each time', async (t) => {
  const first = release();
  t.equal(first.status, 0, first.stderr);
  const before = files.map((file) => read(`${folder}/${file}`));
  t.equal(release().status, 0);
  for (const [at, file] of files.entries()) t.ok(read(`${folder}/${file}`).equals(before[at]!), file);
  t.equal(git('status', '--porcelain').stdout, '', 'git ignores where they are');

  const sums = read(`${folder}/SHA256SUMS`).toString().trimEnd().split('\n');
  t.same(
    sums,
    files.slice(0, 2).map((file) => {
      const sum = createHash('sha256')
        .update(read(`${folder}/${file}`))
        .digest('hex');
      return `${sum}  ${file}`;
    }),
  );
  const listed = run('tar', 'tzf', `${folder}/${files[0]}`).stdout.split('\n');
  t.ok(listed.includes(`lendwell-${version}/package-lock.json`));
});

t.test(
  'the bill names all that production installs by the lock, with its hash, and nothing else',
  async (t) => {
    const bom = JSON.parse(read(`${folder}/${files[1]}`).toString()) as Bom;
    t.match(bom, {
      bomFormat: 'CycloneDX',
      specVersion: /^1\.\d$/,
      serialNumber: /^urn:uuid:[0-9a-f-]{36}$/,
    });
    t.match(bom.metadata, { component: { name: 'lendwell', version }, timestamp: /^\d{4}-/ });

    const { packages } = JSON.parse(read('package-lock.json').toString()) as {
      packages: Record<string, Locked>;
    };
    const locked = Object.entries(packages).filter(([where]) => where);
    const nameOf = (where: string) => where.replace(/^.*node_modules\//, '');
    const ours = locked.filter(([, { dev }]) => !dev);
    const wanted = new Map(ours.map(([where, one]) => [`${nameOf(where)}@${one.version}`, one]));
    const named = new Map(bom.components.map((one) => [`${one.name}@${one.version}`, one]));
    t.same([...named.keys()].sort(), [...wanted.keys()].sort());
    for (const [key, { purl, hashes }] of named) {
      t.equal(decodeURIComponent(purl), `pkg:npm/${key}`);
      const [algorithm, content] = wanted.get(key)!.integrity!.split('-') as [string, string];
      t.same(hashes, [
        { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(content, 'base64').toString('hex') },
      ]);
    }
    for (const name of Object.keys(dependencies))
      t.ok(
        bom.components.some((one) => one.name === name),
        name,
      );
    for (const name of Object.keys(devDependencies)) {
      const isOurs = ours.some(([where]) => nameOf(where) === name);
      t.equal(
        bom.components.some((one) => one.name === name),
        isOurs,
        name,
      );
    }
  },
);
