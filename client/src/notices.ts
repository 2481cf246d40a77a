import { element } from './element.ts';
import { type IconName, icon } from './icons.ts';
import { TEXT } from './messages.ts';

export interface BannerOptions {
  /** `alert` interrupts a screen reader, `status` waits. Default `alert`. */
  readonly role?: 'alert' | 'status';
  readonly icon?: IconName;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long a passing notice stays, milliseconds. */
const TOAST_MS = 4_000;
/** At most so many passing notices at once; the oldest makes room. */
const TOAST_LIMIT = 3;

/** Banners that stay until their cause is gone, and notices that pass. */
export class Notices {
  readonly banners = element('div', { class: 'banners' });
  readonly toasts = element('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });
  readonly #standing = new Map<string, HTMLElement>();

  /** Shows (or replaces) the banner of one cause. */
  showBanner(cause: string, title: string, detail: string, options: BannerOptions = {}): void {
    const { role = 'alert', action } = options;
    const text = element('p', {}, element('strong', {}, title), ` ${detail}`);
    const banner = element('div', { class: 'banner', role, 'data-testid': `banner-${cause}` });
    banner.append(icon(options.icon ?? 'warning'), text);
    if (action !== undefined) banner.append(button(action.label, action.run));
    this.clearBanner(cause);
    this.#standing.set(cause, banner);
    this.banners.append(banner);
  }

  /** A banner that people put away themselves. */
  showDismissible(cause: string, title: string, detail: string): void {
    const run = () => this.clearBanner(cause);
    this.showBanner(cause, title, detail, { action: { label: TEXT.dismiss, run } });
  }

  clearBanner(cause: string): boolean {
    this.#standing.get(cause)?.remove();
    return this.#standing.delete(cause);
  }

  toast(text: string): void {
    const toast = element('p', { class: 'toast' }, text);
    this.toasts.append(toast);
    while (this.toasts.childElementCount > TOAST_LIMIT) this.toasts.firstElementChild?.remove();
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  clear(): void {
    for (const cause of [...this.#standing.keys()]) this.clearBanner(cause);
    this.toasts.replaceChildren();
  }
}

function button(label: string, run: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button small' }, label);
  made.addEventListener('click', run);
  return made;
}
