import type { ParticipantSummary, ProducerSummary } from '@timbre/protocol';
import { describe, expect, it } from 'vitest';
import { choiceOf } from '../../client/src/avatar-choice.ts';
import { Roster } from '../../client/src/roster.ts';
import { nextRing, receiverLevel, ringStrength, SPEAKING_LEVEL } from '../../client/src/speaking-level.ts';

const microphone: ProducerSummary = { producerId: 'a1', kind: 'audio', paused: false };
const camera: ProducerSummary = { producerId: 'v1', kind: 'video', paused: false };

function summary(participantId: string, producers: ProducerSummary[] = []): ParticipantSummary {
  return { participantId, name: participantId.toUpperCase(), producers, avatar: { state: 'none' }, connected: true };
}

describe('roster', () => {
  it('says who joined, changed and left', () => {
    const roster = new Roster();
    const heard: string[] = [];
    roster.on('joined', ({ id }) => heard.push(`joined ${id}`));
    roster.on('changed', ({ id }) => heard.push(`changed ${id}`));
    roster.on('left', ({ id }) => heard.push(`left ${id}`));
    roster.put(summary('ada'));
    roster.put({ ...summary('ada'), connected: false });
    roster.remove('ada');
    roster.remove('ada');
    expect(heard).toEqual(['joined ada', 'changed ada', 'left ada']);
  });

  it('knows a live, a muted and an absent microphone', () => {
    const roster = new Roster();
    roster.put(summary('ada', [camera]));
    expect(roster.get('ada')?.microphone).toBe('none');
    roster.addProducer('ada', microphone);
    expect(roster.get('ada')?.microphone).toBe('live');
    roster.pauseProducer('ada', 'a1', true);
    expect(roster.get('ada')?.microphone).toBe('muted');
    roster.pauseProducer('ada', 'unknown', false);
    expect(roster.get('ada')?.microphone).toBe('muted');
    roster.removeProducer('ada', 'a1');
    expect(roster.get('ada')?.microphone).toBe('none');
  });

  it('takes the producers of a resumed room as they stand', () => {
    const roster = new Roster();
    roster.put(summary('ada', [microphone, camera]));
    roster.put(summary('ada', [{ ...microphone, paused: true }]));
    expect(roster.producersOf('ada')).toEqual([{ ...microphone, paused: true }]);
    expect(roster.get('ada')?.microphone).toBe('muted');
  });

  it('ignores news of strangers', () => {
    const roster = new Roster();
    roster.addProducer('nobody', microphone);
    roster.update('nobody', { connected: false });
    expect(roster.all).toEqual([]);
    expect(roster.producersOf('nobody')).toEqual([]);
  });
});

describe('my avatar', () => {
  it('is off without consent, else face or initials as the style says', () => {
    const style = { look: 'illustrated' } as never;
    expect(choiceOf({ state: 'none' })).toBe('off');
    expect(choiceOf({ state: 'withdrawn' })).toBe('off');
    expect(choiceOf({ state: 'listening', progress: 0, style })).toBe('face');
    expect(choiceOf({ state: 'abstained', reason: 'no-speech', style: { look: 'initials' } as never })).toBe(
      'initials',
    );
  });
});

describe('speaking level', () => {
  const receiver = (timestamp: number, audioLevel?: number) =>
    ({ getSynchronizationSources: () => [{ timestamp, audioLevel }] }) as unknown as RTCRtpReceiver;

  it('is the newest source’s, and nothing when that is older than DTX explains', () => {
    expect(receiverLevel(receiver(1_000, 0.4), 1_100)).toBe(0.4);
    expect(receiverLevel(receiver(1_000, 0.4), 1_700)).toBe(0);
    expect(receiverLevel(receiver(1_000), 1_100)).toBe(0);
    expect(receiverLevel(undefined)).toBe(0);
  });

  it('lights no ring for silence, and a stronger one for louder speech, up to full', () => {
    const strengths = [0, SPEAKING_LEVEL / 2, SPEAKING_LEVEL, 0.05, 0.2, 0.9, 1].map(ringStrength);
    expect(strengths.slice(0, 2)).toEqual([0, 0]);
    for (let index = 2; index < strengths.length; index++) {
      expect(strengths[index]).toBeGreaterThanOrEqual(strengths[index - 1]!);
    }
    expect(strengths[2]).toBeGreaterThan(0.3);
    expect(strengths.at(-1)).toBe(1);
  });

  it('keeps the ring through the gap between two words and puts it out within a second', () => {
    let ring = nextRing(0, 0.8);
    expect(ring).toBe(0.8);
    const shown = Array.from({ length: 10 }, () => {
      ring = nextRing(ring, 0);
      return ring;
    });
    expect(shown[2]).toBeGreaterThan(0.2);
    expect(shown.at(-1)).toBe(0);
  });
});
