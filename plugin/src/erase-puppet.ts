import type { Puppet } from '@timbre/models';

/** A face that isn't shown any more isn't kept either: its numbers are zeroed, not left to the garbage collector. */
export function erasePuppet({ rest, deltas, skin }: Puppet): void {
  for (const numbers of [rest, ...deltas, skin]) numbers.fill(0);
}
