/** What a person is told when a request fails: one sentence that is true of its cause. */

// The primary result code of a write for which there is no room (sqlite.org/rescode.html).
const SQLITE_FULL = 13;

/** A request that is refused for what it is; the message is one sentence for a person. */
export class Refused extends Error {
  /**
   * @param {number} status HTTP status, 400 to 499
   * @param {string} message one sentence
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Status and sentence for what a request threw.
 * @param {unknown} thrown error of ours, of Koa, of oidc-provider or of SQLite
 * @param {string} otherwise the sentence for a request that is wrong in another way, such as too old
 * @returns {{ status: number, text: string }} for the answer's page
 */
export function explained(thrown, otherwise) {
  const error = /** @type {Error & { status?: number }} */ (thrown);
  if (error instanceof Refused) return { status: error.status, text: error.message };
  if (isDiskFull(error)) {
    return { status: 503, text: 'EOHub cannot store your login: its disk is full.' };
  }
  const status = error.status ?? 500;
  return {
    status,
    text: status >= 500 ? 'Something went wrong on our side. Try again in a moment.' : otherwise
  };
}

/** @param {Error & { code?: string, errcode?: number }} error */
function isDiskFull({ code, errcode }) {
  return code === 'ENOSPC' || (code === 'ERR_SQLITE_ERROR' && errcode === SQLITE_FULL);
}
