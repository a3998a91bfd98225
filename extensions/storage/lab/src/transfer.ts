import { ProblemError, type Problem } from '@eohub/toolkit/lib/problem';
import { problemOfAnswer } from '@eohub/toolkit/lib/answer';
import type { TransferOptions } from './tokens';

/** The browser heard nothing: the address is out of its reach, or does not answer our page. */
export const UNREACHABLE: Problem = {
  code: 'transfer_unreachable',
  detail: 'The upload was interrupted.',
  hint: 'Check your network and try again.'
};

/** Where S3 itself refuses, in XML that is not for people. */
const REFUSED: Problem = {
  code: 'transfer_refused',
  detail: 'S3 did not take the file.',
  hint: 'You may have no right to write here, or your keys have ended: list the folder again and retry.'
};

/**
 * PUT `content` to `url` and follow its progress, which only XMLHttpRequest tells.
 * Throws a ProblemError, or a DOMException named AbortError when the signal fired.
 */
export function put(
  url: string,
  content: Blob,
  headers: Readonly<Record<string, string>>,
  options: TransferOptions
): Promise<string> {
  const { signal, onProgress } = options;
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      sending.setRequestHeader(name, value);
    }
    sending.upload.onprogress = event => onProgress(event.loaded);
    sending.onerror = () => reject(new ProblemError(UNREACHABLE));
    sending.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    sending.onload = () => {
      if (sending.status >= 200 && sending.status < 300) {
        resolve(sending.responseText);
        return;
      }
      const isOurs = sending.getResponseHeader('Content-Type')?.startsWith('application/json');
      reject(
        new ProblemError(isOurs ? problemOfAnswer(sending.status, sending.responseText) : REFUSED)
      );
    };
    if (signal?.aborted) {
      reject(new DOMException('The upload was cancelled.', 'AbortError'));
      return;
    }
    signal?.addEventListener('abort', () => sending.abort(), { once: true });
    sending.send(content);
  });
}
