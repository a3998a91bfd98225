export { MOST_ATTEMPTS, secondsBefore } from './backoff';
export { Contained, ReactPanel, type PanelOptions } from './panel';
export { isAbort, isProblem, ProblemError, problemOf, type Problem } from './problem';
export { request, type RequestOptions } from './request';
export { Store, useStore } from './store';
export { toastProblem } from './toast';
