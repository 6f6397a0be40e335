import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The packages of fonts and what a page calls them: a narrow and a wide one. */
const fonts = { 'fonts-liberation': 'Liberation Sans Narrow', 'fonts-dejavu-core': 'DejaVu Sans' };

/**
 * Redis for the queue, Chromium for the pages and the fonts that they are measured in: installed where we may.
 * @throws Error that names what is missing, where we may not
 */
export function provideSystemPrograms(): void {
  const missing = [
    ...['redis-server', 'chromium'].filter((program) => !isInstalled(program)),
    ...Object.entries(fonts).flatMap(([name, family]) => (hasFont(family) ? [] : [name])),
  ];
  if (missing.length === 0) return;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isDebian = /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && existsSync('/usr/bin/apt-get');
  if (!isDebian || process.getuid?.() !== 0) {
    const how = isDebian ? `: sudo apt-get install ${missing.join(' ')}` : ' so that they are on the PATH.';
    throw new Error(
      `The tests need ${missing.join(' and ')}. Please install ${missing.length > 1 ? 'them' : 'it'}${how}`,
    );
  }
  console.log(`Installing ${missing.join(' and ')} with apt-get…`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'] as const,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    const { status } = spawnSync('apt-get', ['-qq', ...args], { ...options, stdio: [...options.stdio] });
    if (status !== 0)
      throw new Error(`apt-get ${args[0]} did not succeed. The tests need ${missing.join(' and ')}.`);
  }
}

function hasFont(family: string): boolean {
  return spawnSync('fc-list', [family], { encoding: 'utf8' }).stdout?.includes(family) ?? false;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
