import { Notification } from '@jupyterlab/apputils';
import type { Problem } from './problem';

/** Tell in a toast that something failed and what to do next. It stays until it is closed. */
export function toastProblem(problem: Problem): void {
  const message = problem.hint ? `${problem.detail} ${problem.hint}` : problem.detail;
  Notification.error(message, { autoClose: false });
}
