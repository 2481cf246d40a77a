import { element } from './element.ts';
import { mark } from './icons.ts';
import { TEXT } from './messages.ts';

/** After leaving: a quiet goodbye and the way back. */
export class LeftPage {
  readonly root = element('main', { class: 'left' });
  readonly #again = element(
    'button',
    { type: 'button', class: 'button primary', 'data-testid': 'rejoin' },
    TEXT.rejoin,
  );

  constructor(again: () => void) {
    this.#again.addEventListener('click', again);
    this.root.append(mark(), element('h1', {}, TEXT.left), element('p', {}, TEXT.leftDetail), this.#again);
  }

  focus(): void {
    this.#again.focus();
  }
}
