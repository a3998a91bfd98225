/** What a person is told when something fails: the JSON body of every error that leaves EOHub. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly hint?: string | null;
  /** Seconds to wait before it is asked again. */
  readonly retry_after?: number | null;
  readonly trace_id?: string;
}

/** An error that carries a Problem. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
  }
}

/** The Problem of anything that was thrown; what we did not expect keeps its inside to the console. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) {
    return error.problem;
  }
  console.error('EOHub:', error);
  return {
    code: 'internal',
    detail: 'Something went wrong in this panel.',
    hint: 'Try again; the browser console has the details.'
  };
}

/** Whether a body has the form of a Problem. */
export function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}

/** Whether something was thrown because the caller no longer wants the answer. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
