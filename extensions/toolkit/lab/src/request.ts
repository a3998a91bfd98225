import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { isProblem, Problem, ProblemError } from './problem';

/** What a request may carry beside its path. */
export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Ask the user's own Jupyter server, with its cookie and XSRF header.
 * Throws a ProblemError, or a DOMException named AbortError when the signal fired.
 */
export async function request<T>(
  path: string,
  options: RequestOptions = {},
  settings: ServerConnection.ISettings = ServerConnection.makeSettings()
): Promise<T> {
  const { method = 'GET', body, signal } = options;
  const init: RequestInit = {
    method,
    signal: signal ?? null,
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  };
  try {
    const url = URLExt.join(settings.baseUrl, path);
    const answer = await ServerConnection.makeRequest(url, init, settings);
    const text = await answer.text();
    if (!answer.ok) {
      throw new ProblemError(problemOfAnswer(answer.status, text));
    }
    return JSON.parse(text) as T;
  } catch (error) {
    // JupyterLab wraps an abort in its own network error; callers want to tell the two apart.
    signal?.throwIfAborted();
    throw error instanceof ProblemError ? error : new ProblemError(SERVER_GONE);
  }
}

const SERVER_GONE: Problem = {
  code: 'server_unreachable',
  detail: 'Your Jupyter server does not answer.',
  hint: 'It may be starting again; this panel tries again by itself.'
};

function problemOfAnswer(status: number, text: string): Problem {
  const body = parsed(text);
  if (isProblem(body)) {
    return body;
  }
  if (status === 404) {
    return {
      code: 'extension_missing',
      detail: 'The part of this panel that runs in your Jupyter server is not there.',
      hint: 'Install the extension with its [server] extra and restart the server.'
    };
  }
  if (status === 401 || status === 403) {
    return {
      code: 'unauthenticated',
      detail: 'Your session has ended.',
      hint: 'Reload the page and log in again.'
    };
  }
  if (status === 502 || status === 503 || status === 504) {
    return SERVER_GONE;
  }
  return { code: 'internal', detail: `Your Jupyter server answered with status ${status}.` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
