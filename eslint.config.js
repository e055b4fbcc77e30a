import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/gen/**', '**/node_modules/**', '**/.cache/**', '**/.venv/**', 'training/data/**'] },
  ...tseslint.configs.strict,
  {
    rules: {
      // Indexing typed arrays in hot loops needs `!`; noUncheckedIndexedAccess keeps it visible.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['.ci/**', 'packages/cli/**', 'apps/demo/src/main.ts', 'conformance/**', 'bench/**', 'fuzz/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
);
