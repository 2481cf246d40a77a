/** The door: nothing enters a room of the house without having passed one of these. */
import * as v from 'valibot';
import {
  type EventBody,
  type EventName,
  events,
  type Hello,
  hello,
  type ReplyBody,
  type Request,
  type RequestName,
  replies,
  requests,
} from './call-messages.ts';
import { ProtocolError } from './errors.ts';
import { PROTOCOL_VERSION } from './version.ts';

function admit<Schema extends v.GenericSchema>(what: string, schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw ProtocolError.malformed(what, `${v.getDotPath(issue) ?? '(message)'}: ${issue.message}`);
}

/** Validates a handshake. Throws ProtocolError `malformed` or `wrong-protocol`. */
export function admitHello(input: unknown): Hello {
  const message = admit('hello', hello, input);
  if (message.protocol !== PROTOCOL_VERSION) {
    throw new ProtocolError('wrong-protocol', `protocol ${message.protocol}, this server speaks ${PROTOCOL_VERSION}`);
  }
  return message;
}

/** True for a name in the closed list of requests. */
export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

/** Validates one request's body. Throws ProtocolError `malformed`. */
export function admitRequest<Name extends RequestName>(name: Name, input: unknown): Request<Name> {
  return admit(name, requests[name] as v.GenericSchema, input) as Request<Name>;
}

/** Validates a reply's body on the participant's side. Throws ProtocolError `malformed`. */
export function admitReply<Name extends RequestName>(name: Name, input: unknown): ReplyBody<Name> {
  return admit(`reply to ${name}`, replies[name] as v.GenericSchema, input) as ReplyBody<Name>;
}

/** Validates an event on the participant's side. Throws ProtocolError `malformed`. */
export function admitEvent<Name extends EventName>(name: Name, input: unknown): EventBody<Name> {
  return admit(name, events[name] as v.GenericSchema, input) as EventBody<Name>;
}
