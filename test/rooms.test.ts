import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom; every package by its name. A package always may import itself, by relative path. */
const PACKAGES: Record<string, readonly string[]> = {
  'models/runtime': [],
  'models/command-line': ['@timbre/models'],
  'models/population': [],
  'models/evaluation': ['@timbre/models', 'timbre'],
  'plugin/protocol': [],
  plugin: ['@timbre/models', '@timbre/protocol'],
  server: ['@timbre/models', '@timbre/protocol'],
  client: ['@timbre/plugin', '@timbre/protocol'],
};
const OURS = /^(@timbre\/[\w-]+|timbre)(\/|$)/;

function sources(folder: string): string[] {
  return globSync(`${folder}/src/**/*.{ts,tsx,mts}`, { cwd: root });
}

function imports(file: string): string[] {
  return importsOf(readFileSync(join(root, file), 'utf8'));
}

function importsOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Names of the packages of ours that `file` reaches, by name or by a relative path out of its own package. */
function reached(file: string, folder: string, specifiers = imports(file)): string[] {
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = relative(join(root, folder), resolve(root, dirname(file), specifier));
      return target.startsWith('..') ? [`outside ${folder}: ${specifier}`] : [];
    }
    const name = OURS.exec(specifier)?.[1];
    return name ? [name] : [];
  });
}

describe('rooms', () => {
  test.each(Object.keys(PACKAGES))('%s imports only what its room allows', (folder) => {
    const files = sources(folder);
    expect(files.length, `${folder} has sources`).toBeGreaterThan(0);
    const wrong = files.flatMap((file) =>
      reached(file, folder)
        .filter((name) => !PACKAGES[folder]?.includes(name))
        .map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the reading of imports itself catches what it must', () => {
    const text = `import './side-effect.ts';
import {
  one,
  two,
} from '@timbre/plugin';
export type { Three } from "../../plugin/src/three.ts";
const lazy = await import('timbre');
import { expect } from 'vitest';
`;
    expect(importsOf(text)).toEqual([
      './side-effect.ts',
      '@timbre/plugin',
      '../../plugin/src/three.ts',
      'timbre',
      'vitest',
    ]);
    expect(reached('server/src/made-up.ts', 'server', importsOf(text))).toEqual([
      '@timbre/plugin',
      'outside server: ../../plugin/src/three.ts',
      'timbre',
    ]);
  });

  test('the models runtime and the protocol know neither Node nor the DOM', () => {
    for (const folder of ['models/runtime', 'plugin/protocol']) {
      const nodeImports = sources(folder)
        .flatMap(imports)
        .filter((name) => name.startsWith('node:'));
      expect(nodeImports).toEqual([]);
      const { compilerOptions } = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'));
      expect(compilerOptions).toMatchObject({ lib: ['es2024'], types: [] });
    }
  });

  test('no file is called after a drawer', () => {
    const drawers = globSync('{models,plugin,server,client}/**/{utils,common,helpers,shared,misc,lib}{,.ts,.py}', {
      cwd: root,
      exclude: (path) => /node_modules|dist/.test(String(path)),
    });
    expect(drawers).toEqual([]);
  });
});
