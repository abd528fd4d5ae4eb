import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const ID = 'virtual:about';
/** What the bundle contains. */
const PACKAGES = ['preact', '@preact/signals', '@preact/signals-core', 'cronstrue', 'uplot'];

const root = join(import.meta.dirname, '..');

interface Manifest {
  readonly version: string;
  readonly license?: string;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function licenceOf(name: string): object {
  const folder = join(root, 'node_modules', name);
  const { version, license } = manifestOf(folder);
  return { name, version, license, text: readFileSync(join(folder, 'LICENSE'), 'utf8').trim() };
}

/** The module `virtual:about`: the version of the service, and the licences of the packages in the bundle. */
export function aboutModule(): Plugin {
  return {
    name: 'about',
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    load(id) {
      if (id !== `\0${ID}`) return null;
      return [
        `export const VERSION = ${JSON.stringify(manifestOf(root).version)};`,
        `export const LICENCES = ${JSON.stringify(PACKAGES.map(licenceOf))};`,
      ].join('\n');
    },
  };
}
