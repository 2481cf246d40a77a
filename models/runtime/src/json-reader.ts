import type { ModelError } from './errors.ts';

/**
 * Reads members of parsed JSON that nobody has validated yet; whatever doesn't fit throws the error that `refuse` makes of
 * a sentence. The models may not depend on a schema library: they are loaded in Workers where every kilobyte counts.
 */
export class JsonReader {
  readonly #members: Record<string, unknown>;
  readonly #where: string;
  readonly #refuse: (issue: string) => ModelError;

  constructor(json: unknown, refuse: (issue: string) => ModelError, where = '') {
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw refuse(`${where || 'file'} is no object`);
    this.#members = json as Record<string, unknown>;
    this.#where = where ? `${where}.` : '';
    this.#refuse = refuse;
  }

  names(): string[] {
    return Object.keys(this.#members);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  object(name: string): JsonReader {
    return new JsonReader(this.#members[name], this.#refuse, this.#where + name);
  }

  string(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw this.#refuse(`${this.#where}${name} is no string`);
    return value;
  }

  number(name: string): number {
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#refuse(`${this.#where}${name} is no number`);
    return value;
  }

  /** A whole number of at least `minimum`. Default: 0. */
  count(name: string, minimum = 0): number {
    const value = this.number(name);
    if (!Number.isInteger(value) || value < minimum) {
      throw this.#refuse(`${this.#where}${name} must be a whole number of at least ${minimum}, is ${value}`);
    }
    return value;
  }

  strings(name: string): string[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
      throw this.#refuse(`${this.#where}${name} is no list of strings`);
    }
    return value;
  }

  /** A list of finite numbers; `length` fixes how many. Default: any number of them. */
  numbers(name: string, length?: number): number[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'number' || !Number.isFinite(entry))) {
      throw this.#refuse(`${this.#where}${name} is no list of numbers`);
    }
    if (length !== undefined && value.length !== length) {
      throw this.#refuse(`${this.#where}${name} has ${value.length} numbers instead of ${length}`);
    }
    return value;
  }
}
