export default {
  arrowParens: 'avoid',
  endOfLine: 'lf',
  printWidth: 100,
  singleQuote: true,
  trailingComma: 'none'
};
