import { Notification } from '@jupyterlab/apputils';
import type { Problem } from './problem';

const SHORT_MS = 4000;

/** Tell in a toast that something failed and what to do next. It stays until it is closed. */
export function toastProblem(problem: Problem): void {
  const message = problem.hint ? `${problem.detail} ${problem.hint}` : problem.detail;
  Notification.error(message, { autoClose: false });
}

/** Tell in a toast that disappears by itself. */
export function toast(message: string): void {
  Notification.info(message, { autoClose: SHORT_MS });
}
