import tseslint from 'typescript-eslint';
import hooks from 'eslint-plugin-react-hooks';

const jupyter = ['@jupyterlab/*', '@lumino/*', '@jupyter/*', '**/plugins/*'];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/lib/',
      '**/labextension/',
      '**/*.gen.ts',
      '.eohub/',
      '.venv/',
      'dist/',
      'artifacts/',
      'docs/_build/'
    ]
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { sourceType: 'module' },
    rules: { eqeqeq: 'error', 'no-unused-vars': 'error', 'prefer-const': 'error' }
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strict],
    plugins: { 'react-hooks': hooks },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'react-hooks/exhaustive-deps': 'error',
      'react-hooks/rules-of-hooks': 'error'
    }
  },
  {
    files: ['extensions/*/lab/src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: [
            "MemberExpression > NewExpression.object[callee.name='AbortController']",
            "VariableDeclarator[id.type='ObjectPattern'] > NewExpression[callee.name='AbortController']"
          ].join(),
          message: 'Nothing can end what waits on this signal: keep the controller, or ask without.'
        }
      ]
    }
  },
  {
    files: ['extensions/*/lab/src/panel/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: jupyter, message: 'A panel is React fed by props; Jupyter stays in plugins/.' }
          ]
        }
      ]
    }
  },
  {
    files: ['extensions/*/lab/test/**'],
    rules: { 'max-lines-per-function': 'off' }
  }
);
