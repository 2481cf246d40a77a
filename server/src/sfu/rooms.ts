import { ServerError } from '../errors.ts';
import { Room, type RoomOptions } from './room.ts';

/** The rooms of this process: opened by the first who joins, closed with the last who leaves. */
export class Rooms {
  readonly #options: Omit<RoomOptions, 'roomId' | 'onEmpty'>;
  readonly #rooms = new Map<string, Promise<Room>>();
  readonly #open = new Map<string, Room>();
  #closed = false;

  constructor(options: Omit<RoomOptions, 'roomId' | 'onEmpty'>) {
    this.#options = options;
  }

  /** Rooms that stand now. */
  get open(): ReadonlyMap<string, Room> {
    return this.#open;
  }

  /** The room of that name, opened if need be. Throws ServerError `closed`. */
  async enter(roomId: string): Promise<Room> {
    if (this.#closed) throw ServerError.closed('the server');
    const known = this.#rooms.get(roomId);
    if (known !== undefined) return await known;
    const opening = Room.open({ ...this.#options, roomId, onEmpty: () => this.#forget(roomId) });
    this.#rooms.set(roomId, opening);
    try {
      const room = await opening;
      if (this.#closed) {
        room.close();
        throw ServerError.closed('the server');
      }
      this.#open.set(roomId, room);
      return room;
    } catch (thrown) {
      if (this.#rooms.get(roomId) === opening) this.#rooms.delete(roomId);
      throw thrown;
    }
  }

  close(): void {
    this.#closed = true;
    for (const room of [...this.#open.values()]) room.close();
  }

  #forget(roomId: string): void {
    this.#rooms.delete(roomId);
    this.#open.delete(roomId);
  }
}
