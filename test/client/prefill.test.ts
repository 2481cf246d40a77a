import { describe, expect, it } from 'vitest';
import { invitation, readPrefill, suggestRoom } from '../../client/src/prefill.ts';

describe('prefill', () => {
  it('reads room and name from the address', () => {
    expect(readPrefill('http://localhost:3000/?room=tea-time&name=Ada%20L.')).toEqual({
      room: 'tea-time',
      name: 'Ada L.',
    });
  });

  it('is empty where the address says nothing', () => {
    expect(readPrefill('https://call.example/')).toEqual({ room: '', name: '' });
  });

  it('trims, and cuts to the 64 characters that the protocol allows', () => {
    const { room, name } = readPrefill(`http://localhost/?room=%20%20hall%20&name=${'n'.repeat(80)}`);
    expect(room).toBe('hall');
    expect(name).toHaveLength(64);
  });

  it('makes invitations that carry the room and nobody’s name', () => {
    expect(invitation('http://localhost:3000/?name=Ada&room=old#top', 'tea & cake')).toBe(
      'http://localhost:3000/?room=tea+%26+cake',
    );
    expect(readPrefill(invitation('http://localhost:3000/?name=Ada', 'tea & cake'))).toEqual({
      room: 'tea & cake',
      name: '',
    });
  });

  it('suggests rooms that can be said aloud and differ', () => {
    expect(suggestRoom(() => 0)).toMatch(/^[a-z]+-[a-z]+-\d\d$/);
    expect(suggestRoom(() => 0)).not.toBe(suggestRoom(() => 0.999));
  });
});
