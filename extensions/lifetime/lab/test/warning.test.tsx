import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createElement } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Warning } from '../src/panel/Warning';
import type { Ending } from '../src/tokens';

const IDLE: Ending = {
  stops_in_seconds: 581,
  cause: 'idle',
  why: 'Nothing is running in it.',
  keep_seconds: 3600
};

function shown(ending: Ending = IDLE, secondsLeft = 581, isKeeping = false) {
  const onKeep = vi.fn();
  const onSave = vi.fn();
  render(createElement(Warning, { ending, secondsLeft, isKeeping, onKeep, onSave }));
  return { onKeep, onSave };
}

afterEach(cleanup);

describe('the warning', () => {
  test('says when, why, and what can be done', () => {
    const { onKeep, onSave } = shown();
    const bar = screen.getByRole('region', { name: 'End of this server' });
    expect(bar.textContent).toContain('This server stops in 9:41. Nothing is running in it.');
    fireEvent.click(screen.getByRole('button', { name: 'Keep for 1 hour' }));
    fireEvent.click(screen.getByRole('button', { name: 'Save all' }));
    expect(onKeep).toHaveBeenCalledTimes(1);
    expect(onSave).toHaveBeenCalledTimes(1);
  });

  test('offers no keeping where there is none', () => {
    shown({
      ...IDLE,
      cause: 'age',
      why: 'It has run for as long as a server may.',
      keep_seconds: null
    });
    expect(screen.queryByRole('button', { name: /Keep/ })).toBeNull();
    expect(screen.getByRole('region').textContent).toContain('you can start it again');
  });

  test('says that a right was taken away', () => {
    const why = 'GPU L4 needs the group gpu. Ask: the desk';
    shown({ ...IDLE, cause: 'refused', why, keep_seconds: null });
    expect(screen.getByRole('region').textContent).toContain(`You may not run it any more. ${why}`);
  });

  test('a screen reader hears minutes and no seconds', () => {
    shown();
    expect(screen.getByRole('status').textContent).toBe(
      'This server stops in 10 minutes. Nothing is running in it.'
    );
    expect(screen.getByRole('timer').getAttribute('aria-live')).toBe('off');
  });

  test('at the end it can only say so', () => {
    shown(IDLE, 0);
    expect(screen.getByRole('region').textContent).toContain('This server is being stopped.');
    expect(screen.queryByRole('button', { name: /Keep/ })).toBeNull();
  });

  test('is not asked twice to keep', () => {
    const { onKeep } = shown(IDLE, 100, true);
    const button = screen.getByRole('button', { name: /Keep/ });
    expect(button.hasAttribute('disabled')).toBe(true);
    fireEvent.click(button);
    expect(onKeep).not.toHaveBeenCalled();
  });

  test.each([
    [119, true],
    [120, false]
  ])('with %i seconds left it is urgent: %s', (seconds, isUrgent) => {
    shown(IDLE, seconds);
    expect(screen.getByRole('region').className.includes('eohub-mod-urgent')).toBe(isUrgent);
  });

  test('shows what the policy says as text and not as markup', () => {
    shown({ ...IDLE, why: '<img src=x onerror=alert(1)>' });
    expect(screen.getByRole('region').querySelector('img')).toBeNull();
  });
});
