import { isProblem, type Problem } from './problem';

/** What a person is told when the Jupyter server, or what stands before it, cannot be reached. */
export const SERVER_GONE: Problem = {
  code: 'server_unreachable',
  detail: 'Your Jupyter server does not answer.',
  hint: 'Check your network and wait a moment; if it stays, start the server again.'
};

/** What a person is told when an answer is none, such as the login page of a proxy. */
export const UNREADABLE: Problem = {
  code: 'unreadable',
  detail: 'Your Jupyter server sent something that this panel cannot read.',
  hint: 'Reload the page, and log in again where it asks for it.'
};

const LAST_HINT = 'Try again; if it stays, tell those who run your JupyterLab.';

/** The Problem of an answer that is not a success: its own, or one for whoever answered instead of us. */
export function problemOfAnswer(status: number, text: string): Problem {
  const body = parsed(text);
  return isProblem(body) ? { ...body, hint: body.hint ?? LAST_HINT } : problemOfStatus(status);
}

function problemOfStatus(status: number): Problem {
  switch (status) {
    case 401:
    case 403:
      return {
        code: 'unauthenticated',
        detail: 'Your session has ended.',
        hint: 'Reload the page and log in again.'
      };
    case 404:
      return {
        code: 'extension_missing',
        detail: 'The part of this panel that runs in your Jupyter server is not there.',
        hint: 'It has to be installed with its [server] extra; restart the server afterwards.'
      };
    case 424:
      // JupyterHub's answer in place of a server that was stopped.
      return {
        code: 'server_stopped',
        detail: 'Your server was stopped.',
        hint: 'Start it again on the home page of the hub; your files are still there.'
      };
    case 429:
      return {
        code: 'too_many',
        detail: 'Your Jupyter server asks to slow down.',
        hint: 'Try again in a minute.'
      };
    case 408:
    case 502:
    case 503:
    case 504:
      return SERVER_GONE;
    default:
      return {
        code: 'internal',
        detail: 'Your Jupyter server could not do this.',
        hint: `${LAST_HINT} It said: status ${status}.`
      };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
