import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/components.css';
import { render } from 'preact';
import { get } from './api/client';
import { followPipeline } from './api/live';
import { token, user } from './api/session';
import { App } from './app';
import { startClock } from './clock';
import type { MeDto } from './generated/types.gen';
import { interceptLinks } from './router';
import { measureThroughput } from './throughput';

interceptLinks();
startClock();
followPipeline();
measureThroughput();

/** After a reload, the tab still has the token but not the user. */
if (token.peek() !== null) {
  get<MeDto>('/auth/me').then(
    (me) => {
      user.value = me;
    },
    () => undefined,
  );
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
