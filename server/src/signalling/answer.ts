import { ProtocolError, type ReplyBody, type Request, type RequestName } from '@timbre/protocol';
import type { Participant } from '../sfu/participant.ts';
import type { Room } from '../sfu/room.ts';

/** Requests of someone who is in a room: all but `join`. */
export type RoomRequestName = Exclude<RequestName, 'join'>;

type Answers = {
  readonly [Name in RoomRequestName]: (
    request: Request<Name>,
    participant: Participant,
    room: Room,
  ) => Promise<ReplyBody<Name>>;
};

const answers: Answers = {
  'create-transport': async (_, { media }, room) => await media.createTransport(await room.media()),
  'connect-transport': async (request, { media }) => {
    await media.connectTransport(request);
    return {};
  },
  'restart-ice': async (request, { media }) => await media.restartIce(request),
  produce: async (request, { media }) => await media.produce(request),
  'pause-producer': async ({ producerId }, { media }) => {
    await media.pauseProducer(producerId, true);
    return {};
  },
  'resume-producer': async ({ producerId }, { media }) => {
    await media.pauseProducer(producerId, false);
    return {};
  },
  'close-producer': async ({ producerId }, { media }) => {
    media.closeProducer(producerId);
    return {};
  },
  consume: async (request, { media }, room) => {
    if (room.ownerOf(request.producerId) === undefined) {
      throw new ProtocolError('unknown-producer', 'no such producer in this room');
    }
    return await media.consume(await room.media(), request);
  },
  'resume-consumer': async ({ consumerId }, { media }) => {
    await media.resumeConsumer(consumerId);
    return {};
  },
  consent: async (request, { listening }) => {
    if (!request.granted) return { erased: await listening.withdraw() };
    listening.consent(request.style);
    return { erased: false };
  },
  'set-style': async ({ style }, { listening }) => {
    listening.setStyle(style);
    return {};
  },
  leave: async (_, participant, room) => {
    room.leave(participant);
    return {};
  },
};

/** Answers one admitted request. Throws ProtocolError for what is refused, anything else for what is our fault. */
export async function answer<Name extends RoomRequestName>(
  name: Name,
  request: Request<Name>,
  participant: Participant,
  room: Room,
): Promise<ReplyBody<Name>> {
  const answerOne: Answers[Name] = answers[name];
  return await answerOne(request, participant, room);
}
