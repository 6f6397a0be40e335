import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../src/config.ts';
import { deviceMoves, statusWords } from '../src/devices/device.rules.ts';

// node scripts/readme.ts   writes the parts of README.md that are made from the code

const file = path.join(import.meta.dirname, '../README.md');

/** The table of settings, a row for each of config.ts. */
export function configurationTable(): string {
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
export function lifecycleDiagram(): string {
  const states = Object.entries(statusWords).map(([status, words]) => `  ${status}: ${words}`);
  const moves = deviceMoves.map(({ from, to, by }) => `  ${from} --> ${to}: ${by}`);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...states,
    '  [*] --> in_preparation: donation',
    ...moves,
    '  gifted --> [*]',
    '  retired --> [*]',
    '```',
  ].join('\n');
}

/** A README with its made parts, which stand between comments, as they should be. */
export function withMadeParts(readme: string): string {
  const parts = { configuration: configurationTable(), lifecycle: lifecycleDiagram() };
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- ${name}: made by scripts/readme.ts -->`, `<!-- end of ${name} -->`];
    if (!text.includes(start) || !text.includes(end)) throw new Error(`README.md has no place for: ${name}`);
    return `${text.split(start)[0]}${start}\n\n${part}\n\n${end}${text.split(end)[1]}`;
  }, readme);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, withMadeParts(readFileSync(file, 'utf8')));
}
