import { useStore } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useState, type ReactElement } from 'react';
import { Warning } from '../panel/Warning';
import { ILifetimeSession } from '../session';
import { secondsLeft } from '../watch';

const BAR_ID = 'eohub-lifetime-warning';
const TICK_MILLISECONDS = 1000;

/** Shows a bar above everything while the server is about to be stopped. */
export const warning: JupyterFrontEndPlugin<void> = {
  id: '@eohub/lifetime:warning',
  description: 'Warns before this server is stopped.',
  autoStart: true,
  requires: [ILifetimeSession],
  activate: (app: JupyterFrontEnd, session: ILifetimeSession): void => {
    const bar = ReactWidget.create(<Connected session={session} />);
    bar.id = BAR_ID;
    bar.addClass('eohub-Lifetime');
    const show = () => {
      const isWarned = Boolean(session.watch.store.get().said?.ending);
      if (isWarned && !bar.isAttached) {
        app.shell.add(bar, 'header', { rank: 10 });
      }
      bar.setHidden(!isWarned);
      // The area takes room only while something in it is shown.
      bar.parent?.setHidden(!isWarned);
    };
    session.watch.store.subscribe(show);
    show();
  }
};

function Connected({ session }: { readonly session: ILifetimeSession }): ReactElement | null {
  const { watch, keep, saveAll } = session;
  const watched = useStore(watch.store);
  const ending = watched.said?.ending;
  const now = useNow(Boolean(ending));
  if (!ending) {
    return null;
  }
  return (
    <Warning
      ending={ending}
      secondsLeft={secondsLeft(watched, Math.max(now, watched.heardAt)) ?? 0}
      isKeeping={watched.isKeeping}
      onKeep={keep}
      onSave={saveAll}
    />
  );
}

/** The page's clock, once a second while it is needed. */
function useNow(isNeeded: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!isNeeded) {
      return undefined;
    }
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isNeeded]);
  return now;
}
