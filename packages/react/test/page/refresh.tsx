/** The page behind the browser test of fast refresh: a component of an application that is edited while it is shown. */
import { runtime } from './refresh-runtime.js';
import './page.js';
import type { ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { Avatar, Captions, useAvatar, useAvatarState } from '../../src/index.js';

const FAMILY = 'application.tsx App';
const root = createRoot(document.getElementById('edited')!);
let relayUrl = '';

/** One edition of the component. */
function edition(label: string): ComponentType {
  return function App() {
    const avatar = useAvatar();
    const { status, connection } = useAvatarState(avatar);
    return (
      <main data-state={`${status} ${connection}`}>
        <Avatar
          avatar={avatar} avatarId="triangle" quality="low" label={label}
          getTicket={() => Promise.resolve({ url: relayUrl, ticket: 't' })}
          onReady={({ unlock }) => { void unlock(); }}
          onError={({ code, message }) => reactPage.errors.push(`${code}: ${message}`)}
        >
          <Captions />
        </Avatar>
      </main>
    );
  };
}

const page = {
  start: (url: string): void => {
    relayUrl = url;
    const App = edition('First');
    runtime.register(App, FAMILY);
    root.render(<App />);
  },
  /** `hooks`: those of the edition; where they are others than before, React throws its state away. */
  edit: (label: string, hooks: string): void => {
    const App = edition(label);
    runtime.register(App, FAMILY);
    runtime.setSignature(App, hooks, false, () => []);
    runtime.performReactRefresh();
  },
  end: (): void => root.render(null),
};

declare global {
  var refreshPage: typeof page;
}

globalThis.refreshPage = page;
