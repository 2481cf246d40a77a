import { CallError } from './errors.ts';
import { type JoinChoice, JoinForm } from './join-form.ts';
import { LeftPage } from './left-page.ts';
import { TEXT } from './messages.ts';
import { type Prefill, readPrefill, suggestRoom } from './prefill.ts';
import './style.css';

const app = document.querySelector<HTMLElement>('#app')!;

/** The call's own code (mediasoup-client, Pixi) is large: it loads while people fill in the form. */
const callCode = import('./open-call.ts');
callCode.catch(() => {}); // reported when somebody joins

function showJoinForm(prefill: Prefill, problem?: unknown): void {
  document.title = TEXT.product;
  const form = new JoinForm(prefill, join);
  void form.start(app);
  if (problem !== undefined) form.showProblem(problem);
}

async function join(choice: JoinChoice): Promise<void> {
  const { openCall } = await callCode.catch((cause) => {
    throw CallError.unreachable(cause);
  });
  await openCall(app, choice, (error) => {
    if (error === undefined) showLeftPage(choice);
    else showJoinForm(choice, error);
  });
}

function showLeftPage(prefill: Prefill): void {
  document.title = TEXT.product;
  const page = new LeftPage(() => showJoinForm(prefill));
  app.replaceChildren(page.root);
  page.focus();
}

const prefill = readPrefill(location.href);
showJoinForm({ name: prefill.name, room: prefill.room || suggestRoom() });
