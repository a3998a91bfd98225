/** Sessions, grants and tokens in SQLite, so that a restart of this program logs nobody out. */

import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const MOST_ROWS_PER_MODEL = 20_000;

// busy_timeout for a backup that reads; synchronous=FULL because a lost rotation would revoke a grant.
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 10000;
  CREATE TABLE IF NOT EXISTS records (
    model TEXT NOT NULL,
    id TEXT NOT NULL,
    payload TEXT NOT NULL,
    grant_id TEXT,
    uid TEXT,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (model, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_grant ON records (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_uid ON records (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_expiry ON records (model, expires_at);
`;

/** One SQLite file for every model of the provider. */
export class Store {
  #database;
  #now;

  /**
   * @param {string} path database file, created with mode 0600
   * @param {() => number} now clock in milliseconds
   */
  constructor(path, now) {
    this.#database = new DatabaseSync(path);
    chmodSync(path, 0o600);
    this.#database.exec(SCHEMA);
    this.#now = now;
  }

  /**
   * The adapter of one model, in the form that oidc-provider asks for.
   * @param {string} model name such as `Session` or `RefreshToken`
   * @returns {StoreAdapter} adapter
   */
  adapter(model) {
    return new StoreAdapter(this.#database, model, this.#now);
  }

  /** Remove what has expired, and the oldest rows beyond the bound of each model. */
  purge() {
    this.#database
      .prepare('DELETE FROM records WHERE expires_at <= ?')
      .run(Math.floor(this.#now() / 1000));
    const crowded = this.#database
      .prepare(
        'SELECT model, count(*) - ? AS surplus FROM records GROUP BY model HAVING surplus > 0'
      )
      .all(MOST_ROWS_PER_MODEL);
    for (const { model, surplus } of crowded) {
      this.#database
        .prepare(
          'DELETE FROM records WHERE rowid IN (SELECT rowid FROM records WHERE model = ? ORDER BY expires_at LIMIT ?)'
        )
        .run(model, surplus);
    }
  }

  /** Close the file. */
  close() {
    this.#database.close();
  }
}

/** What oidc-provider calls for one model; a payload is stored as it is given. */
class StoreAdapter {
  #database;
  #model;
  #now;

  /**
   * @param {DatabaseSync} database
   * @param {string} model
   * @param {() => number} now
   */
  constructor(database, model, now) {
    this.#database = database;
    this.#model = model;
    this.#now = now;
  }

  /**
   * @param {string} id
   * @param {Record<string, any>} payload
   * @param {number} expiresIn seconds
   */
  async upsert(id, payload, expiresIn) {
    this.#database
      .prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        this.#model,
        id,
        JSON.stringify(payload),
        payload.grantId ?? null,
        payload.uid ?? null,
        this.#seconds() + expiresIn
      );
  }

  /** @param {string} id */
  async find(id) {
    return this.#one('id = ?', id);
  }

  /** @param {string} uid */
  async findByUid(uid) {
    return this.#one('uid = ?', uid);
  }

  /** Device flow is off. */
  async findByUserCode() {
    return undefined;
  }

  /** @param {string} id */
  async consume(id) {
    this.#database
      .prepare(
        "UPDATE records SET payload = json_set(payload, '$.consumed', ?) WHERE model = ? AND id = ?"
      )
      .run(this.#seconds(), this.#model, id);
  }

  /** @param {string} id */
  async destroy(id) {
    this.#database.prepare('DELETE FROM records WHERE model = ? AND id = ?').run(this.#model, id);
  }

  /** @param {string} grantId */
  async revokeByGrantId(grantId) {
    this.#database
      .prepare('DELETE FROM records WHERE model = ? AND grant_id = ?')
      .run(this.#model, grantId);
  }

  /**
   * @param {string} condition
   * @param {string} value
   */
  #one(condition, value) {
    const row = this.#database
      .prepare(`SELECT payload FROM records WHERE model = ? AND ${condition} AND expires_at > ?`)
      .get(this.#model, value, this.#seconds());
    return row && JSON.parse(String(row.payload));
  }

  #seconds() {
    return Math.floor(this.#now() / 1000);
  }
}
