import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// npm run release: what is given out of a version, in .lendwell/release/<version>: the source, a bill of what production
// installs (CycloneDX), and the SHA-256 of both. It wants a clean tree and a heading of the version with its date in
// CHANGELOG.md, needs no network, and makes the same files of the same commit.

type Lock = { packages: Record<string, { dev?: true; devDependencies?: object }> };
type Component = { 'bom-ref': string; name: string };
type Bom = {
  serialNumber: string;
  metadata: { timestamp: string; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
};

const root = path.join(import.meta.dirname, '..');
const { name, version } = JSON.parse(read('package.json')) as { name: string; version: string };
const folder = path.join(root, '.lendwell/release', version);

const faults = faultsOfTree();
for (const fault of faults) console.error(`✖ ${fault}`);
if (faults.length) process.exit(1);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const base = `${name}-${version}`;
const made = [
  write(`${base}.tar.gz`, bytesFrom('git', ['archive', '--format=tar.gz', `--prefix=${base}/`, 'HEAD'])),
  write(`${base}.cdx.json`, `${JSON.stringify(billOfMaterials(), null, 2)}\n`),
];
write('SHA256SUMS', made.map(({ file, sum }) => `${sum}  ${file}\n`).join(''));
console.log(
  `${made.map(({ file }) => file).join(', ')} and SHA256SUMS are in ${path.relative(root, folder)}.`,
);

/** Why this tree is no release. */
function faultsOfTree(): string[] {
  const changed = program('git', ['status', '--porcelain']).trim();
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm');
  return [
    ...(changed ? [`The tree has changes that are not committed:\n${changed}`] : []),
    ...(heading.test(read('CHANGELOG.md'))
      ? []
      : [`CHANGELOG.md has no heading of this version with its date: ## [${version}] - YYYY-MM-DD`]),
  ];
}

/** What production installs by package-lock.json, with nothing in it that differs from one making to the next. */
function billOfMaterials(): Bom {
  const cwd = mkdtempSync(path.join(tmpdir(), 'lendwell-bill-'));
  try {
    // With --omit=dev npm leaves out what tools for development use as well, so that it is given a lock without these.
    const { devDependencies: _, ...described } = JSON.parse(read('package.json'));
    writeFileSync(path.join(cwd, 'package.json'), JSON.stringify(described));
    writeFileSync(path.join(cwd, 'package-lock.json'), JSON.stringify(lockOfProduction()));
    const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
    return theSameEachTime(JSON.parse(program('npm', args, { cwd })) as Bom);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

function lockOfProduction(): object {
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  const { '': own, ...packages } = lock.packages;
  const { devDependencies: _, ...described } = own!;
  const installed = Object.entries(packages).filter(([, { dev }]) => !dev);
  return { ...lock, packages: { '': described, ...Object.fromEntries(installed) } };
}

function theSameEachTime(bom: Bom): Bom {
  bom.metadata.timestamp = program('git', ['show', '-s', '--format=%cI', 'HEAD']).trim();
  // npm calls it as the folder is called.
  bom.metadata.component.name = name;
  bom.components.sort((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1));
  bom.dependencies.sort((one, other) => (one.ref < other.ref ? -1 : 1));
  for (const { dependsOn } of bom.dependencies) dependsOn.sort();
  bom.serialNumber = `urn:uuid:${idOf(JSON.stringify({ ...bom, serialNumber: '' }))}`;
  return bom;
}

/** A UUID that says nothing but that it is of this text (version 8, RFC 9562). */
function idOf(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return digest.toString('hex', 0, 16).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function write(file: string, content: string | Buffer): { file: string; sum: string } {
  writeFileSync(path.join(folder, file), content);
  return { file, sum: createHash('sha256').update(content).digest('hex') };
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

function program(name: string, args: string[], options?: { cwd: string }): string {
  return bytesFrom(name, args, options).toString();
}

function bytesFrom(name: string, args: string[], options?: { cwd: string }): Buffer {
  return execFileSync(name, args, { cwd: root, maxBuffer: 512 * 1024 * 1024, ...options });
}
