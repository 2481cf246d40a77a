import {
  admitEvent,
  admitHello,
  admitReply,
  admitRequest,
  isRequestName,
  PROTOCOL_VERSION,
  ProtocolError,
  REFUSAL_REASONS,
} from '@timbre/protocol';
import { describe, expect, test } from 'vitest';

const style = {
  look: 'illustrated',
  tone: 0.4,
  hair: 'crop',
  hairColour: '#48301f',
  beard: '',
  brows: 'soft',
  browColour: '#33231b',
  eyes: 'brown',
  clothes: 'male_casualsuit04',
  clothesColour: '#3f6288',
  background: ['#e4edf5', '#b7cbe0'],
};

function refusal(act: () => unknown): ProtocolError {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('was admitted');
}

describe('hello', () => {
  test('V1 a hello of this version passes', () => {
    expect(admitHello({ protocol: PROTOCOL_VERSION, token: 'abc' })).toEqual({ protocol: 1, token: 'abc' });
  });

  test('V2 another version is refused with both versions in the message', () => {
    const error = refusal(() => admitHello({ protocol: 99, token: 'abc' }));
    expect(error.reason).toBe('wrong-protocol');
    expect(error.message).toMatch(/99.*1/);
  });

  test.each([undefined, null, 7, 'hello', [], {}, { protocol: '1', token: 'x' }, { protocol: 1 }])(
    'D1 %j is no hello',
    (input) => {
      expect(refusal(() => admitHello(input)).reason).toBe('malformed');
    },
  );

  test('V3 every refusal the door gives is on the closed list', () => {
    for (const input of [{}, { protocol: 2, token: '' }]) {
      expect(REFUSAL_REASONS).toContain(refusal(() => admitHello(input)).reason);
    }
  });
});

describe('requests', () => {
  test('D4 only names of the closed list are requests', () => {
    expect(isRequestName('join')).toBe(true);
    expect(isRequestName('toString')).toBe(false);
    expect(isRequestName('__proto__')).toBe(false);
  });

  test('D1 an unknown field is refused and named', () => {
    const error = refusal(() => admitRequest('join', { resumeKey: 'k', admin: true }));
    expect(error.reason).toBe('malformed');
    expect(error.message).toContain('admin');
  });

  test('A1 consent names nobody but the sender', () => {
    expect(admitRequest('consent', { granted: true })).toEqual({ granted: true });
    expect(refusal(() => admitRequest('consent', { granted: true, participantId: 'bob' })).reason).toBe('malformed');
  });

  test('A5 a style passes whole, and not with a colour that is none', () => {
    expect(admitRequest('set-style', { style })).toEqual({ style });
    const bad = { style: { ...style, hairColour: 'url(javascript:alert(1))' } };
    expect(refusal(() => admitRequest('set-style', bad)).message).toContain('hairColour');
  });

  test('A5 a style cannot name a file outside the layers', () => {
    const bad = { style: { ...style, hair: '../../secret' } };
    expect(refusal(() => admitRequest('set-style', bad)).message).toContain('hair');
  });
});

describe('what the server sends', () => {
  test('D2 a face code of more than 1 KiB is refused', () => {
    const avatar = (size: number) => ({
      participantId: 'ann',
      avatar: {
        state: 'settled',
        confidence: 0.9,
        code: { contract: 1, bytes: new Uint8Array(size) },
        style,
      },
    });
    expect(admitEvent('avatar', avatar(256))).toMatchObject({ avatar: { state: 'settled' } });
    expect(refusal(() => admitEvent('avatar', avatar(1025))).reason).toBe('malformed');
    expect(refusal(() => admitEvent('avatar', avatar(0))).reason).toBe('malformed');
  });

  test('A4 a withdrawn avatar carries nothing else', () => {
    const withCode = {
      participantId: 'ann',
      avatar: { state: 'withdrawn', code: { contract: 1, bytes: new Uint8Array(256) } },
    };
    expect(refusal(() => admitEvent('avatar', withCode)).reason).toBe('malformed');
  });

  test('D1 a reply without its acknowledgement is refused', () => {
    expect(admitReply('consent', { erased: true })).toEqual({ erased: true });
    expect(refusal(() => admitReply('consent', {})).reason).toBe('malformed');
  });
});
