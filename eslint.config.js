import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * Which rooms of src/ each room may import from; nothing else is allowed. Imports go one way:
 * status, health → scheduler → pipeline → enrichment, catalogue → runs → movies → tmdb → database, queue → config → common.
 * export → movies; only app and the command line use it.
 * A controller may use auth's decorators too.
 */
const BASE = ['common', 'config'];
const STORAGE = [...BASE, 'database', 'queue'];
const MAY_IMPORT = {
  common: [],
  config: ['common'],
  database: BASE,
  queue: [...BASE, 'database'],
  alerts: [...STORAGE],
  backup: [...BASE, 'database'],
  audit: [...BASE, 'database'],
  tmdb: [...BASE, 'database'],
  movies: [...BASE, 'database', 'tmdb', 'auth'],
  runs: [...STORAGE, 'tmdb', 'movies', 'audit', 'alerts'],
  enrichment: [...STORAGE, 'tmdb', 'movies', 'runs'],
  auth: [...BASE, 'database', 'audit'],
  catalogue: [...STORAGE, 'tmdb', 'movies', 'runs'],
  pipeline: [...STORAGE, 'tmdb', 'movies', 'runs', 'enrichment', 'catalogue', 'auth', 'audit'],
  scheduler: [...STORAGE, 'runs', 'pipeline', 'auth', 'audit'],
  status: [...BASE, 'movies', 'runs', 'pipeline', 'scheduler', 'auth'],
  export: [...STORAGE, 'movies', 'auth'],
  health: [...BASE, 'database', 'tmdb', 'runs', 'scheduler', 'auth'],
  metrics: [...STORAGE, 'tmdb', 'movies', 'runs', 'scheduler'],
  monitor: [...STORAGE, 'alerts', 'movies', 'scheduler'],
  sandbox: [],
};

const rooms = Object.keys(MAY_IMPORT);
const zones = rooms.map((room) => ({
  target: `./src/${room}`,
  from: './src',
  except: [`./${room}`, ...MAY_IMPORT[room].map((other) => `./${other}`)],
  message: `src/${room} may import from: ${MAY_IMPORT[room].join(', ') || 'no other room'} (eslint.config.js).`,
}));
zones.push({
  target: './ui/src',
  from: './src',
  message: 'The dashboard knows the service by its API only (eslint.config.js).',
});

const GENERATED = {
  group: ['**/generated/*', '**/generated/**'],
  message: 'The generated Prisma client belongs to src/database and *.repository.ts.',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-bench',
      'dist-chaos',
      'node_modules',
      'src/database/generated',
      'ui/src/generated',
      '.data',
      'coverage',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['tsconfig.json', 'ui/tsconfig.json'],
          noWarnOnMultipleProjects: true,
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-default-export': 'error',
      'no-restricted-imports': ['error', { patterns: [GENERATED] }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 14],
      eqeqeq: 'error',
      'no-console': 'error',
      // DTO classes describe shapes to Swagger; what is sent are plain objects of those shapes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
    },
  },
  {
    files: ['src/database/**/*.ts', 'src/**/*.repository.ts', 'test/**/*.ts', 'ui/**/*.{ts,tsx}'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['prisma.config.ts', 'ui/*.config.{ts,js}'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
