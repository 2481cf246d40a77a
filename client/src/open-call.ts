import { mediasoupClientAdapter } from '@timbre/plugin/adapters/mediasoup-client';
import { Call } from './call.ts';
import { CallPage } from './call-page.ts';
import type { JoinChoice } from './join-form.ts';
import { TEXT } from './messages.ts';
import { Notices } from './notices.ts';
import { fetchToken } from './token.ts';

/**
 * Joins and puts the call on the page. Resolves once in the call, throws why not. `left` is called at its end, with the
 * error that ended it, if any.
 */
export async function openCall(
  parent: HTMLElement,
  choice: JoinChoice,
  left: (error?: unknown) => void,
): Promise<void> {
  const { name, room, face, microphone, camera } = choice;
  const adapter = mediasoupClientAdapter();
  const call = new Call({ name, token: () => fetchToken(room, name), adapter, microphone, camera, face });
  // A closed tab shouldn't look like a lost connection to the others.
  const hangUp = () => call.leave();
  addEventListener('pagehide', hangUp);
  let page: CallPage | undefined;
  call.on('state', (state) => {
    document.body.dataset.connectionState = state.state;
    if (state.state !== 'left') return;
    removeEventListener('pagehide', hangUp);
    if (page === undefined) return; // never got in: whoever called is told by the rejection
    page.close();
    left(state.error);
  });
  await call.join();
  document.title = `${room} · ${TEXT.product}`;
  page = new CallPage({ room, call, adapter, notices: new Notices() });
  parent.replaceChildren(page.root);
  page.start();
}
