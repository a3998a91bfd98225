import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { explained, Refused } from '../../../../hub_config/identity/src/errors.js';

const OLD = 'This page is too old.';
const GENERAL = 'Something went wrong on our side. Try again in a moment.';
const FULL = 'EOHub cannot store your login: its disk is full.';

/** What SQLite throws for a statement. */
function thrownBy(statement, ...pragmas) {
  const database = new DatabaseSync(':memory:');
  for (const pragma of pragmas) database.exec(pragma);
  try {
    database.exec(statement);
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
  return assert.fail('nothing was thrown');
}

test('a refusal says what it is for', () => {
  const refused = new Refused(413, 'It is too large.');
  assert.deepEqual(explained(refused, OLD), { status: 413, text: 'It is too large.' });
});

test('a full disk is said to be full', () => {
  const full = thrownBy(
    'INSERT INTO t VALUES (zeroblob(1000000))',
    'CREATE TABLE t (x)',
    'PRAGMA max_page_count = 4'
  );
  assert.deepEqual(explained(full, OLD), { status: 503, text: FULL });
  const file = Object.assign(new Error('no room'), { code: 'ENOSPC' });
  assert.deepEqual(explained(file, OLD), { status: 503, text: FULL });
});

test('another fault of ours says nothing of its inside', () => {
  for (const error of [
    thrownBy('SELECT * FROM secret_table'),
    new Error('secret inside'),
    Object.assign(new Error('secret inside'), { status: 502 })
  ])
    assert.equal(explained(error, OLD).text, GENERAL);
  assert.equal(explained(new Error('x'), OLD).status, 500);
});

test('what is wrong in another way gets the sentence of its place', () => {
  const gone = Object.assign(new Error('invalid_request'), { status: 400 });
  assert.deepEqual(explained(gone, OLD), { status: 400, text: OLD });
});
