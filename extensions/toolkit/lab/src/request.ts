import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { problemOfAnswer, SERVER_GONE, UNREADABLE } from './answer';
import { ProblemError } from './problem';

/** What a request may carry beside its path. */
export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
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
    // JupyterLab's own choice, `no-store`, adds a number to the query, which a route would take for an input.
    cache: 'no-cache',
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  };
  const url = URLExt.join(settings.baseUrl, path);
  const [answer, text] = await ServerConnection.makeRequest(url, init, settings)
    .then(async given => [given, await given.text()] as const)
    .catch(() => {
      // JupyterLab wraps an abort in its own network error; callers want to tell the two apart.
      signal?.throwIfAborted();
      throw new ProblemError(SERVER_GONE);
    });
  if (!answer.ok) {
    throw new ProblemError(problemOfAnswer(answer.status, text));
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ProblemError(UNREADABLE);
  }
}
