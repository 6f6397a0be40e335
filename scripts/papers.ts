import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../src/config.ts';
import { deviceBegins, deviceMoves, statusWords } from '../src/stock/devices/device.rules.ts';
import { keepMade } from './made-file.ts';
import { asvsPage } from './papers/asvs/page.ts';

// npm run papers                       writes the papers, and parts of them, that are made from the code
// node scripts/papers.ts --check       compares instead

/** The table of settings, a row for each of config.ts. */
function configurationTable(): string {
  const required = new Set<string>(configSchema.required);
  const rows = Object.entries(configSchema.properties).map(([name, setting]) => {
    const { description, default: initial } = setting as object as {
      description: string;
      default?: unknown;
    };
    const value =
      required.has(name) && initial === undefined ? 'needed' : initial === '' ? '' : `\`${String(initial)}\``;
    return `| \`${name}\` | ${value} | ${description} |`;
  });
  return ['| setting | default | what it does |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The life of a device as a Mermaid diagram, an arrow for each move of device.rules.ts. */
function lifecycleDiagram(): string {
  const states = Object.entries(statusWords).map(([status, words]) => `  ${status}: ${words}`);
  const begins = Object.entries(deviceBegins).map(([by, status]) => `  [*] --> ${status}: ${by}`);
  const moves = deviceMoves.map(({ from, to, by }) => `  ${from} --> ${to}: ${by}`);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...states,
    ...begins,
    ...moves,
    '  gifted --> [*]',
    '  retired --> [*]',
    '```',
  ].join('\n');
}

/** The parts that are made, by the paper in which each stands between comments of its name. */
const madeParts: Record<string, Record<string, () => string>> = {
  'OPERATIONS.md': { configuration: configurationTable },
  'CONTRIBUTING.md': { lifecycle: lifecycleDiagram },
};

/** The papers that are made as a whole. */
const madePapers: Record<string, () => string> = { 'src/access/ASVS.md': asvsPage };

/** The papers that are made or have made parts, each with its text as it should be. */
export function papersAsMade(): { file: string; text: string }[] {
  const withParts = Object.entries(madeParts).map(([file, parts]) => {
    const kept = readFileSync(path.join(import.meta.dirname, '..', file), 'utf8');
    return {
      file,
      text: Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part()), kept),
    };
  });
  return [...withParts, ...Object.entries(madePapers).map(([file, paper]) => ({ file, text: paper() }))];
}

function withPart(text: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name}: made by scripts/papers.ts -->`, `<!-- end of ${name} -->`];
  if (!text.includes(start) || !text.includes(end)) throw new Error(`There is no place for: ${name}`);
  return `${text.split(start)[0]}${start}\n\n${part}\n\n${end}${text.split(end)[1]}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, text } of papersAsMade())
    keepMade(file, text, { source: 'the code says', command: 'npm run papers' });
}
